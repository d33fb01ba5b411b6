import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// What became of our messages, and devices that ask for one again.
struct DeliveryReceipts: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    /// The line's own address on the road.
    let localAddress: String?
    let acknowledger: Acknowledger
    let enqueue: @Sendable (BackgroundTask) -> Void

    private static let batch = 50

    func receive(_ stanza: Node) async throws {
        guard let receipt = try? Receipt(stanza) else { return try await acknowledger.answer(stanza) }
        if receipt.kind == .retry, let request = try? RetryRequest(stanza) {
            // Answered after the message has left again.
            return enqueue(.resend(request, receipt: stanza))
        }
        if let status = receipt.status, own.account?.isOwn(receipt.sender) != true {
            try await report(receipt.ids, status)
        }
        try await acknowledger.answer(stanza)
    }

    private func report(_ ids: [String], _ status: MessageStatus) async throws {
        let reports = ids.map {
            Query.report(
                StatusReport(
                    message: nil, kind: .whatsappWeb, localAddress: localAddress ?? "",
                    providerMessageID: $0.cut(to: .max), status: status),
                at: database.now)
        }
        for start in stride(from: 0, to: reports.count, by: Self.batch) {
            try await database.commit(Array(reports[start..<min(start + Self.batch, reports.count)]))
        }
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
