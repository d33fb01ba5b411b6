import Assistant
import Conversation
import Domain
import Foundation
import Postgres
import Store
import Support

extension Installation {
    /// Turns, as RunJobs does them, with a composer that repeats what it was asked. Until cancelled.
    func answerTurns() async throws {
        let queue = JobQueue(database: database.app, clock: clock, randomness: .system, lease: 5)
        let composer = Composer { request in
            ComposedReply(text: "You said: \(request.history.last?.text ?? "")", reason: "echo")
        }
        let turn = Turn(database: database.app, clock: clock, ids: ids, composer: composer, sender: { _ in nil })
        while !Task.isCancelled {
            guard let job = try await queue.claim() else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            let outcome =
                job.kind == .turn
                ? try await turn.run(job, timeout: 10, until: .distantFuture) : .cancel(reason: "not ours")
            try await queue.finish(job, outcome)
        }
    }

    /// Runs the body while turns are answered.
    func answering(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { try await self.answerTurns() } catch is CancellationError {}
                return false
            }
            group.addTask {
                try await body()
                return true
            }
            while let isDone = try await group.next() {
                if isDone { break }
            }
            group.cancelAll()
        }
    }

    /// Jobs and turns that are not over.
    func unfinished() async throws -> Int {
        try await count(
            """
            select (select count(*) from parley.jobs where state <> 'dead')
                + (select count(*) from parley.turns where state in ('open', 'composing')) as count
            """)
    }
}
