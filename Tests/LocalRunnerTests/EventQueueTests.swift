import Domain
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import Postgres
import Support
import Synchronization
import Testing
import Web

@testable import LocalRunner

/// Asynchronous invocations and schedules over a real database.
@Suite(.serialized) struct EventQueueTests {
    private static func functions(retries: Int = 2, more: String = "") -> [String: String] {
        [
            "failing":
                #"{"name":"failing","executable":"probe","timeoutSeconds":5,"memoryMB":256,"initTimeoutSeconds":60,"#
                + #""maximumRetryAttempts":\#(retries),"onFailure":"sink"\#(more)}"#,
            "sink": #"{"name":"sink","executable":"probe","timeoutSeconds":5,"memoryMB":256,"initTimeoutSeconds":60}"#,
        ]
    }

    @Test func aFailedEventIsRepeatedAndItsRecordReachesTheDestination() async throws {
        try await withParley(Self.functions(), arguments: ["--event-retry-delays", "0.2,0.4"]) { parley, database in
            let accepted = try await parley.invoke("failing", #"{"do":"throw","message":"m"}"#, isEvent: true)
            #expect(accepted.status == 202)
            #expect(accepted.body.readableBytes == 0)
            let id = try #require(accepted.headers.first(name: "x-amzn-requestid"))
            try await parley.wait("the destination") { try await self.log(parley, "sink").contains(" REPORT ") }
            let log = try await log(parley, "failing")
            #expect(log.split(separator: "\n").count { $0.contains("START RequestId: \(id)") } == 3)
            #expect(log.contains("EVENT RequestId: \(id) given up: RetriesExhausted"))
            try await parley.wait("an empty queue") { try await self.count(database) == 0 }
        }
    }

    /// Each flag is one `Character` and two of what the column counts: too long an error must not make an event immortal.
    @Test func anEventThatFailsWithALongErrorIsGivenUp() async throws {
        try await withParley(Self.functions(retries: 1), arguments: ["--event-retry-delays", "0.2"]) {
            parley, database in
            let flags = String(repeating: "\u{1F1E9}\u{1F1EA}", count: 1_000)
            let accepted = try await parley.invoke("failing", #"{"do":"throw","message":"\#(flags)"}"#, isEvent: true)
            let id = try #require(accepted.headers.first(name: "x-amzn-requestid"))
            try await parley.wait("the end of the event") {
                try await self.log(parley, "failing").contains("EVENT RequestId: \(id) given up")
            }
            try await parley.wait("an empty queue") { try await self.count(database) == 0 }
        }
    }

    @Test func aSuccessfulEventRunsOnce() async throws {
        try await withParley(Self.functions()) { parley, database in
            let accepted = try await parley.invoke("sink", #"{"do":"echo"}"#, isEvent: true)
            #expect(accepted.status == 202)
            try await parley.wait("an empty queue") { try await self.count(database) == 0 }
            try await parley.wait("the report") { try await self.log(parley, "sink").contains(" REPORT ") }
            let log = try await log(parley, "sink")
            #expect(log.split(separator: "\n").count { $0.contains(" START ") } == 1)
        }
    }

    @Test func anEventSurvivesAKilledHost() async throws {
        try await withParley(Self.functions(retries: 1), arguments: ["--event-retry-delays", "0.2"]) {
            parley, database in
            let accepted = try await parley.invoke("failing", #"{"do":"sleep","ms":2000}"#, isEvent: true)
            let id = try #require(accepted.headers.first(name: "x-amzn-requestid"))
            try await parley.signal(SIGKILL)
            #expect(try await count(database) == 1)
            try await parley.start()
            try await parley.wait("an empty queue") { try await self.count(database) == 0 }
            try await parley.wait("the report of the same request") {
                try await self.log(parley, "failing").contains("REPORT RequestId: \(id)")
            }
        }
    }

    @Test func aMovedClockFiresWhatLiesBetween() async throws {
        let monthly =
            #"{"name":"monthly","executable":"probe","timeoutSeconds":5,"memoryMB":256,"initTimeoutSeconds":60,"#
            + #""schedules":[{"name":"reset","expression":"cron(0 0 1 * ? *)","input":{"do":"print","text":"a new month"}},"#
            + #"{"name":"plain","expression":"cron(0 0 2 * ? *)"}]}"#
        try await TestDatabase.with { database in
            let store = ScheduleStore(database: database.app)
            let host = try await TestHost([], front: nil, events: nil)
            let bytes = Array(monthly.utf8)
            let manifest = try FunctionManifest(JSONValue(parsing: bytes))
            await host.host.load(
                Catalog(
                    entries: [Catalog.Entry(manifest: manifest, folder: "/tmp", executable: "/nowhere")], unwritten: [])
            )
            let now = MovableTime(1_795_219_200)  // 2026-11-21T00:00:00Z
            let scheduler = await Scheduler(
                host: host.host, store: store, clock: WallClock { now.date }, coalesced: CoalescedInvocations())
            try await scheduler.lookAtAll()
            #expect(try await count(database) == 0)
            now.move(to: 1_798_070_400)  // 2026-12-24T00:00:00Z
            try await scheduler.lookAtAll()
            try await scheduler.lookAtAll()
            let payloads = try await database.owner.query("select payload from parley.runner_events order by payload")
                .map { row -> String in try row["payload"] }
            #expect(payloads.count == 2)
            #expect(payloads.contains(#"{"do":"print","text":"a new month"}"#))
            let envelope = try #require(payloads.first { $0.contains("aws.events") })
            let json = try JSONValue(parsing: Array(envelope.utf8))
            #expect(json["time"] == .string("2026-12-02T00:00:00Z"))
            #expect(json["detail-type"] == .string("Scheduled Event"))
            #expect(json["resources"] == .array([.string("arn:aws:events:us-east-1:000000000000:rule/plain")]))
            // A restart asks the database, and finds the slots fired.
            let restarted = await Scheduler(
                host: host.host, store: store, clock: WallClock { now.date }, coalesced: CoalescedInvocations())
            try await restarted.lookAtAll()
            try await restarted.lookAtAll()
            #expect(try await count(database) == 2)
            await host.stop()
        }
    }

    @Test func slotsMissedWhileTheHostWasDownAreMadeUpFor() async throws {
        try await TestDatabase.with { database in
            let store = ScheduleStore(database: database.app)
            let expression = try ScheduleExpression("cron(0 * * * ? *)")
            let schedule = ScheduledFunction(
                function: "f", name: "hourly", text: "cron(0 * * * ? *)", expression: expression, isWake: false)
            #expect(try await store.last(schedule, now: 7200) == 7200)
            #expect(try await store.last(schedule, now: 20_000) == 7200)
            #expect(expression.slots(after: 7200, through: 20_000, limit: 24) == [10_800, 14_400, 18_000])
            #expect(try await store.fire(schedule, slot: 18_000, events: []))
            #expect(try await !store.fire(schedule, slot: 18_000, events: []), "another runner was quicker")
            #expect(try await store.last(schedule, now: 20_000) == 18_000)
            #expect(try await store.last(schedule, now: 9000) == 9000, "the clock was put back")
            var changed = schedule
            changed.text = "cron(30 * * * ? *)"
            #expect(try await store.last(changed, now: 20_000) == 20_000, "another expression counts afresh")
        }
    }

    @Test func twoRunnersNeverTakeTheSameEvent() async throws {
        try await TestDatabase.with { database in
            let one = EventStore(database: database.app, runner: "one")
            let two = EventStore(database: database.app, runner: "two")
            for _ in 0..<40 {
                let event = QueuedEvent(id: UUID(), function: "f", payload: "{}", acceptedAt: Date())
                try await one.insert(event, lease: 60)
            }
            try await one.takeBack()
            async let left = one.claim(limit: 40, lease: 60)
            async let right = two.claim(limit: 40, lease: 60)
            let taken = try await left.map(\.id) + right.map(\.id)
            #expect(taken.count == Set(taken).count)
            let rest = try await two.claim(limit: 40, lease: 60)
            #expect(taken.count + rest.count == 40)
            #expect(try await one.claim(limit: 40, lease: 60).isEmpty)
        }
    }

    @Test func whoLostTheLeaseCanNoLongerSettle() async throws {
        try await TestDatabase.with { database in
            let one = EventStore(database: database.app, runner: "one")
            let two = EventStore(database: database.app, runner: "two")
            let event = QueuedEvent(id: UUID(), function: "f", payload: "{}", acceptedAt: Date())
            try await one.insert(event, lease: -1)
            let again = try #require(try await two.claim(limit: 1, lease: 60).first)
            #expect(again.id == event.id && again.claim == event.claim + 1)
            try await one.finish(event)
            #expect(try await count(database) == 1)
            try await two.finish(again)
            #expect(try await count(database) == 0)
        }
    }

    private func count(_ database: TestDatabase) async throws -> Int {
        let rows = try await database.owner.query(
            "select count(*) as n from parley.runner_events where state <> 'dead'")
        return try #require(rows.first)["n"]
    }

    private func log(_ parley: RunningParley, _ function: String) async throws -> String {
        let path = "\(parley.data)/data/logs/\(function).log"
        return String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

/// A clock for tests.
private final class MovableTime: Sendable {
    private let seconds: Mutex<Double>

    init(_ seconds: Double) {
        self.seconds = Mutex(seconds)
    }

    var date: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }

    func move(to seconds: Double) {
        self.seconds.withLock { $0 = seconds }
    }
}
