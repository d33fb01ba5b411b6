import Assistant
import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

extension TestAPI {
    /// Works off every job that is due, with a model that repeats what it is told and a provider that takes everything.
    /// - Returns: how many jobs that were.
    @discardableResult
    func work() async throws -> Int {
        let road = RoadOfTest(self, try database(as: .jobs))
        clock.advance(60)
        var worked = 0
        var next = try await road.queue.claim()
        while let job = next {
            worked += 1
            let outcome = try await road.perform(job)
            if case .recorded(let following?) = outcome {
                next = following
            } else {
                next = try await road.queue.finish(job, outcome, claiming: road.queue.kinds, after: nil)
            }
        }
        return worked
    }

    /// Nothing that a stranger sent stopped anything: no job is dead or failed, and nothing is left.
    func expectNothingStuck(_ comment: Comment? = nil) async throws {
        let jobs = try await db.owner.query("select kind, coalesce(last_error, '') as error from parley.jobs")
        for job in jobs {
            Issue.record(
                "a \(try job["kind"] as String) is left: \(try job["error"] as String) \(comment?.rawValue ?? "")")
        }
        let open = try await db.owner.query(
            "select count(*) as count from parley.turns where state in ('open', 'composing')")
        #expect(try open.first?["count"] == 0, comment)
    }

    /// Columns of these that hold none of the marks that were sent: the test did not reach them.
    func columnsWithout(_ mark: String, among columns: [String]) async throws -> [String] {
        guard !columns.isEmpty else { return [] }
        let asking = columns.sorted().map { column in
            let parts = column.split(separator: ".")
            return """
                select '\(column)' as name where not exists (
                    select from parley.\(parts[0]) where \(parts[1])::text like '%\(mark)%')
                """
        }
        let rows = try await db.owner.query("\(unescaped: asking.joined(separator: "\nunion all\n"))")
        return try rows.map { try $0["name"] }
    }
}

/// Turns and sends over the database of a `TestAPI`.
private struct RoadOfTest: Sendable {
    let queue: JobQueue
    private let turn: Turn
    private let outbox: Outbox

    init(_ api: TestAPI, _ database: Database) {
        let clock = api.clock.clock
        let ids = IDSource(clock: clock, randomness: .system)
        let sender = ChannelSender(
            send: { .accepted(providerID: "SM" + $0.id.text) }, reconcile: { _, _ in [] }, longest: 0)
        let composer = Composer { request in
            ComposedReply(text: "You said: \(request.history.last?.text ?? "")", reason: "echo")
        }
        queue = JobQueue(database: database, clock: clock, randomness: .system)
        turn = Turn(database: database, clock: clock, ids: ids, composer: composer, sender: { _ in sender })
        outbox = Outbox(database: database, clock: clock, ids: ids, sender: { _ in sender })
    }

    func perform(_ job: Job) async throws -> JobOutcome {
        job.kind == .turn
            ? try await turn.run(job, timeout: 5, until: .distantFuture)
            : try await outbox.run(job, until: Date() + 20)
    }
}
