import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// What the phone tells a new device about the past: who is who, names, tokens, recent messages. Nobody is notified of it,
/// nothing is answered or counted.
extension Session {
    private static let mostPairs = 20_000
    private static let mostMessages = 2_000
    private static let pastSeconds: Int64 = 30 * 86_400
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
        try await keepMessages(history)
        try await keepNames(history)
    }

    /// What was said lately: to be read and to be known, not to be answered.
    private func keepMessages(_ history: HistorySync) async throws {
        let oldest = Int64(now.timeIntervalSince1970) - Self.pastSeconds
        var queries: [Query] = []
        for message in history.messages.prefix(Self.mostMessages) where message.timestamp > oldest {
            queries += try await kept(message)
            guard queries.count >= Self.batch else { continue }
            try await commit(queries)
            queries = []
        }
        if !queries.isEmpty { try await commit(queries) }
    }

    private func kept(_ message: HistorySync.Message) async throws -> [Query] {
        guard Self.concernsPeople(message.chat), !ownAddresses.contains(message.chat.withoutDevice) else { return [] }
        switch message.content.body {
        case .text, .media, .location, .contacts, .choice, .poll: break
        default: return []
        }
        let place = Place(message, in: try await canonical(message.chat.withoutDevice))
        let query = try Query.keep(
            inbound(place), ids: InboundIDs(environment.ids), on: line, author: place.isFromMe ? .user : .contact,
            isNews: false, at: now)
        return try file(place) + [query]
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
