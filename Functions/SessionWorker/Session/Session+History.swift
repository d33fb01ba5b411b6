import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// What the phone tells a new device about the past: who is who, names, tokens. Nobody is notified of it.
extension Session {
    private static let mostPairs = 20_000
    private static let batch = 200

    func importHistory(_ reference: HistorySyncReference) async throws {
        guard let bytes = try await historyBytes(reference) else { return }
        let history = try HistorySync.parse(bytes)
        for start in stride(from: 0, to: min(history.pairs.count, Self.mostPairs), by: Self.batch) {
            try await learn(Array(history.pairs[start..<min(start + Self.batch, history.pairs.count)]))
        }
        try await keepTokens(history.privacyTokens.prefix(Self.mostPairs).map { ($0.chat, $0.token) })
        if let salt = history.nctSalt, !salt.isEmpty {
            try await commit(try keys.store([LineKey(.nctSalt): salt], at: now))
        }
        try await keepNames(history)
    }

    private func historyBytes(_ reference: HistorySyncReference) async throws -> [UInt8]? {
        if let inline = reference.inline { return inline }
        guard let file = reference.file else { return nil }
        return try await download(file)
    }

    private func keepNames(_ history: HistorySync) async throws {
        var names: [(address: String, name: String)] = []
        for (jid, name) in history.pushNames.prefix(Self.mostPairs) where !name.isEmpty {
            if ownAddresses.contains(jid.withoutDevice) { continue }
            names.append((try await canonical(jid.withoutDevice).description, name))
        }
        for start in stride(from: 0, to: names.count, by: Self.batch) {
            try await commit([
                .name(Array(names[start..<min(start + Self.batch, names.count)]), on: line, at: now)
            ])
        }
    }
}
