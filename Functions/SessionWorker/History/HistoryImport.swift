import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store
import WhatsAppWire

/// What the phone tells a new device about the past: who is who, names, tokens, recent messages. Nobody is notified of it,
/// nothing is answered or counted.
struct HistoryImport: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let tokens: PrivacyTokens
    let store: MessageStore
    let media: MediaTransfer
    let turns: AsyncSemaphore
    let kept: KeptHistories
    let log: LineLog

    private static let mostPairs = 20_000
    private static let mostMessages = 2_000
    private static let pastSeconds: Int64 = 30 * 86_400
    private static let batch = Query.mostPeople

    /// Bytes of the file, and of what it holds: several times as many in memory while they are read.
    private static let mostBytes = 16 << 20
    private static let mostInflated = 1 << 25
    /// Real seconds for which other lines' pasts may be in front.
    private static let patience = 1800.0

    /// - Throws: `AsyncSemaphore.TimedOut` when others' were in front for too long; whatever else went wrong, the piece is taken up again
    ///   by the next connection, unless what it says is at fault.
    func run(_ history: WaitingHistory) async throws {
        try await turns.withPermit(within: Self.patience) {
            guard try await kept.begin(history) else { return }
            do {
                try await take(history.reference)
            } catch let error where Self.isAboutHistory(error) {
                try await kept.done(history)
                throw error
            }
            try await kept.done(history)
        }
    }

    /// Asked for again, it would be the same.
    private static func isAboutHistory(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isAboutData
        case is LineLost, is CancellationError, is ConnectionError, is OutboundError, is TemporaryFileError,
            is IQ.Failure:
            false
        default: true
        }
    }

    private func take(_ reference: HistorySyncReference) async throws {
        guard let bytes = try await bytes(reference) else { return }
        let history = try HistorySync.parse(bytes, limit: Self.mostInflated)
        try await addresses.learn(Array(history.pairs.prefix(Self.mostPairs)))
        try await tokens.keep(history.privacyTokens.prefix(Self.mostPairs).map { ($0.chat, $0.token) })
        if let salt = history.nctSalt, !salt.isEmpty {
            try await database.commit(try database.store([LineKey(.nctSalt): salt]))
        }
        try await keepMessages(history)
        try await keepNames(history)
    }

    private func bytes(_ reference: HistorySyncReference) async throws -> [UInt8]? {
        if let inline = reference.inline { return inline }
        guard let file = reference.file else { return nil }
        return try await media.download(file, limit: Self.mostBytes)
    }

    // MARK: Messages

    /// What was said lately: to be read and to be known, not to be answered.
    private func keepMessages(_ history: HistorySync) async throws {
        let oldest = Int64(database.now.timeIntervalSince1970) - Self.pastSeconds
        var batch: [PastMessage] = []
        for message in history.messages.prefix(Self.mostMessages) where message.timestamp > oldest {
            if let past = try await kept(message) { batch.append(past) }
            guard batch.count >= Self.batch else { continue }
            try await commit(batch)
            batch = []
        }
        if !batch.isEmpty { try await commit(batch) }
    }

    /// Together; when the database does not take one of them, one by one, and that one is left out.
    private func commit(_ messages: [PastMessage]) async throws {
        do {
            try await database.commit([.lock(people: messages.flatMap(\.people))] + messages.flatMap(\.queries))
        } catch let error as PostgresError where error.isAboutData {
            guard messages.count > 1 else {
                return log.complain("a message of the past could not be stored", error)
            }
            for message in messages { try await commit([message]) }
        }
    }

    private func kept(_ message: HistorySync.Message) async throws -> PastMessage? {
        guard MessageStore.concernsPeople(message.chat), !own.addresses.contains(message.chat.withoutDevice) else {
            return nil
        }
        switch message.content.body {
        case .text, .media, .location, .contacts, .choice, .poll: break
        default: return nil
        }
        let known = ChatMessage(message, in: try await addresses.canonical(message.chat.withoutDevice))
        // So that a message which also comes by itself is known again under the author's other name.
        if known.chat.isGroup { _ = try await addresses.canonical(known.sender) }
        return PastMessage(
            people: store.people(in: known),
            queries: try store.fileSecret(known)
                + [try store.kept(known, as: known.isFromMe ? .user : .contact, isNews: false)])
    }

    private struct PastMessage {
        /// By all their names.
        let people: [String]
        let queries: [Query]
    }

    // MARK: Names

    private func keepNames(_ history: HistorySync) async throws {
        var names: [(address: String, name: String)] = []
        for (jid, name) in history.pushNames.prefix(Self.mostPairs) where !name.isEmpty {
            if own.addresses.contains(jid.withoutDevice) { continue }
            names.append((try await addresses.canonical(jid.withoutDevice).description, name.cut(to: .max)))
        }
        for start in stride(from: 0, to: names.count, by: Self.batch) {
            let batch = Array(names[start..<min(start + Self.batch, names.count)])
            try await database.commit([.name(batch, on: database.line, at: database.now)])
        }
    }
}
