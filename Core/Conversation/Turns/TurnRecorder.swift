package import Domain
import FoundationEssentials
package import Postgres
package import Store
import Synchronization

/// Keeps recordings of turns, sealed, beside everything else: no turn waits for it and none fails because of it. One writer at
/// a time takes along what came meanwhile.
package final class TurnRecorder: Sendable {
    /// Recordings that wait to be written; beyond, one is given up.
    private static let most = 32
    /// Recordings in one transaction.
    private static let together = 8

    private struct Entry {
        let tape: TurnTape
        let organization: OrganizationID
        let at: Date
    }

    private struct State {
        var waiting: [Entry] = []
        var writer: Task<Void, Never>?

        /// Those of one organization, oldest first; `nil`, and the writer ends, when none waits.
        mutating func next() -> [Entry]? {
            guard let organization = waiting.first?.organization else {
                writer = nil
                return nil
            }
            let own = waiting.filter { $0.organization == organization }
            // What is left of them comes behind the others'.
            waiting.removeAll { $0.organization == organization }
            waiting += own.dropFirst(TurnRecorder.together)
            return Array(own.prefix(TurnRecorder.together))
        }
    }

    private let database: Database
    private let box: SecretBox
    private let report: @Sendable (any Error) -> Void
    private let state = Mutex(State())

    package init(database: Database, box: SecretBox, report: @escaping @Sendable (any Error) -> Void = { _ in }) {
        self.database = database
        self.box = box
        self.report = report
    }

    func keep(_ tape: TurnTape, of organization: OrganizationID, at now: Date) {
        state.withLock { state in
            guard state.waiting.count < Self.most else { return }
            state.waiting.append(Entry(tape: tape, organization: organization, at: now))
            if state.writer == nil { state.writer = Task { await self.write() } }
        }
    }

    private func write() async {
        while let batch = state.withLock({ $0.next() }) {
            if (try? await store(batch)) != nil { continue }
            // One that can't be kept (its conversation is gone) takes no other with it.
            for entry in batch { await storeAlone(entry) }
        }
    }

    private func storeAlone(_ entry: Entry) async {
        do {
            try await store([entry])
        } catch {
            report(error)
        }
    }

    private func store(_ batch: [Entry]) async throws {
        let queries = try batch.compactMap(query)
        guard let organization = batch.first?.organization, !queries.isEmpty else { return }
        // Forgotten by a server that dies, it is only some recordings less.
        try await database.pipeline(for: organization, durability: .inOrder, queries)
    }

    private func query(_ entry: Entry) throws -> Query? {
        guard let subject = entry.tape.subject, let recording = entry.tape.recording else { return nil }
        let sealed = try box.seal(
            bytes: Array(try JSONEncoder().encode(recording)),
            at: SealedTurnRecording.place(of: subject.turn, in: entry.organization))
        return .keepRecording(
            of: subject.turn, in: subject.conversation, of: entry.organization, sealed, at: entry.at)
    }

    /// Until everything is written: before the process may be stopped or frozen.
    package func drain() async {
        while let writer = state.withLock({ $0.writer }) { await writer.value }
    }

    /// - Returns: `nil` when there is none, or when no listed key opens it.
    package func recording(of turn: TurnID, in organization: OrganizationID) async throws -> TurnRecording? {
        let rows = try await database.pipeline(for: organization, [.recording(of: turn, in: organization)])[0]
        guard let row = rows.first else { return nil }
        let stored = try SealedTurnRecording(row)
        let place = SealedTurnRecording.place(of: turn, in: organization)
        guard let bytes = try? box.openBytes(stored.sealed, at: place) else { return nil }
        return try JSONDecoder().decode(TurnRecording.self, from: Data(bytes))
    }
}
