package import Domain
import FoundationEssentials
package import Postgres
package import Store
import Synchronization

/// Keeps recordings of turns, sealed, beside everything else: no turn waits for it and none fails because of it.
package final class TurnRecorder: Sendable {
    /// Recordings that wait to be written; beyond, one is given up.
    private static let most = 32

    private let database: Database
    private let box: SecretBox
    private let report: @Sendable (any Error) -> Void
    private let waiting = Mutex<[Int: Task<Void, Never>]>([:])
    private let count = Mutex(0)

    package init(database: Database, box: SecretBox, report: @escaping @Sendable (any Error) -> Void = { _ in }) {
        self.database = database
        self.box = box
        self.report = report
    }

    func keep(_ tape: TurnTape, of organization: OrganizationID, at now: Date) {
        guard let subject = tape.subject, waiting.withLock({ $0.count < Self.most }) else { return }
        let number = count.withLock { count in
            count += 1
            return count
        }
        waiting.withLock { waiting in
            waiting[number] = Task {
                do {
                    try await store(tape, subject.turn, subject.conversation, of: organization, at: now)
                } catch {
                    report(error)
                }
                self.waiting.withLock { $0[number] = nil }
            }
        }
    }

    private func store(
        _ tape: TurnTape, _ turn: TurnID, _ conversation: ConversationID, of organization: OrganizationID, at now: Date
    ) async throws {
        guard let recording = tape.recording else { return }
        let sealed = try box.seal(
            bytes: Array(try JSONEncoder().encode(recording)), at: SealedTurnRecording.place(of: turn, in: organization)
        )
        // Forgotten by a server that dies, it is only one recording less.
        try await database.pipeline(
            for: organization, durability: .inOrder,
            [.keepRecording(of: turn, in: conversation, of: organization, sealed, at: now)])
    }

    /// Until everything is written: before the process may be stopped or frozen.
    package func drain() async {
        while let task = waiting.withLock({ $0.values.first }) { await task.value }
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
