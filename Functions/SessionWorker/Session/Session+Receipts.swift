import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// What became of our messages, and devices that ask for one again.
extension Session {
    func receipt(_ stanza: Node) async throws {
        guard let receipt = try? Receipt(stanza) else { return try await answer(stanza, .processed) }
        if receipt.kind == .retry, let request = try? RetryRequest(stanza) {
            // Answered after the message has left again.
            soon(.resend(request, receipt: stanza))
            return
        }
        if let status = receipt.status, account?.isOwn(receipt.sender) != true {
            let local = record.address ?? ""
            let reports = receipt.ids.map {
                Query.report(
                    StatusReport(
                        message: nil, kind: .whatsappWeb, localAddress: local, providerMessageID: $0, status: status),
                    at: now)
            }
            for start in stride(from: 0, to: reports.count, by: 50) {
                try await commit(Array(reports[start..<min(start + 50, reports.count)]))
            }
        }
        try await answer(stanza, .processed)
    }
}

extension Receipt {
    /// What it says about a message of ours.
    fileprivate var status: MessageStatus? {
        switch kind {
        case .delivered, .inactive: .delivered
        case .read, .played: .read
        default: nil
        }
    }
}
