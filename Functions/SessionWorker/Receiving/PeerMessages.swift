import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Messages between devices, not people. The phone's are believed, other people's are not.
struct PeerMessages: Sendable {
    let database: LineDatabase
    let histories: KeptHistories

    private static let mostKeys = 100

    func obey(
        _ control: Body.Control, from message: IncomingMessage, moving ratchet: [Query]
    ) async throws -> ReceivingResult {
        guard message.isFromMe else {
            try await database.commit(ratchet)
            return ReceivingResult()
        }
        switch control {
        case .historySync(let reference):
            let history = histories.waiting(reference, told: message.id)
            try await database.commit(ratchet + (try histories.keep(history)))
            return ReceivingResult(outcome: .historySync, tasks: [.importHistory(history)])
        case .appStateKeys(let shared):
            let named = shared.prefix(Self.mostKeys).map { (LineKey(.appStateKey, Self.name($0.id)), $0.data) }
            let secrets = Dictionary(named, uniquingKeysWith: { $1 }).filter { !$0.value.isEmpty }
            try await database.commit(ratchet + (try database.store(secrets)))
            return ReceivingResult()
        case .lidPairs(let pairs):
            try await database.commit(ratchet)
            return ReceivingResult(pairs: pairs)
        case .expiration, .resent, .other:
            try await database.commit(ratchet)
            return ReceivingResult()
        }
    }

    private static func name(_ id: [UInt8]) -> String {
        id.prefix(32).map { String($0, radix: 16) }.joined(separator: ".") + "."
    }
}
