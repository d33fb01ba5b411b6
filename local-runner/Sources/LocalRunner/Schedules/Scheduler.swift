import Domain
import FoundationEssentials
import HTTPServer
import NIOCore
import Web

/// One schedule of one function, ready to be asked for slots.
struct ScheduledFunction: Sendable, Equatable {
    var function: String
    var name: String
    /// The expression as it was written.
    var text: String
    var expression: ScheduleExpression
    var input: JSONValue?
    var isWake: Bool

    /// EventBridge's envelope, or the constant input.
    func payload(slot: Int, settings: HostSettings, id: UUID) -> String {
        if let input { return String(decoding: input.bytes, as: UTF8.self) }
        let rule = "arn:aws:events:\(settings.region):\(settings.account):rule/\(name)"
        return #"{"version":"0","id":"\#(id.uuidString.lowercased())","detail-type":"Scheduled Event","#
            + #""source":"aws.events","account":"\#(settings.account)","time":"\#(utcText(slot))Z","#
            + #""region":"\#(settings.region)","resources":["\#(rule)"],"detail":{}}"#
    }
}

/// Turns due slots into events. Looks once a second at the installation's clock, so moving the sandbox's clock by a month
/// fires what lies between.
@HostLoop
final class Scheduler {
    /// Of a schedule that was missed often (the machine was off) so many of the latest slots are made up for.
    private static let catchUp = 24

    private let host: Host
    private let store: ScheduleStore
    private let clock: WallClock
    private let coalesced: CoalescedInvocations
    private let onQueued: @HostLoop () -> Void
    private var last: [String: Int] = [:]
    /// Parsed once: an installation looks once a second.
    private var expressions: [String: ScheduleExpression] = [:]

    /// - Parameter onQueued: called when an event has been put into the queue.
    init(
        host: Host, store: ScheduleStore, clock: WallClock, coalesced: CoalescedInvocations,
        onQueued: @escaping @HostLoop () -> Void = {}
    ) {
        self.host = host
        self.store = store
        self.clock = clock
        self.coalesced = coalesced
        self.onQueued = onQueued
    }

    func run() async {
        var areLate = false
        while !Task.isCancelled {
            do {
                try await lookAtAll()
                if areLate { say("Schedules are kept again.") }
                areLate = false
            } catch {
                if !areLate { say("Schedules are late until further notice: \(String(reflecting: error))") }
                areLate = true
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Fires what is due now.
    func lookAtAll() async throws {
        for schedule in schedules { try await look(schedule) }
    }

    private var schedules: [ScheduledFunction] {
        host.pools.values.flatMap { pool in
            pool.entry.manifest.schedules.filter(\.enabled).compactMap { schedule in
                expression(schedule.expression).map {
                    ScheduledFunction(
                        function: pool.name, name: schedule.name, text: schedule.expression, expression: $0,
                        input: schedule.input, isWake: pool.entry.manifest.wakeOnly)
                }
            }
        }
    }

    private func expression(_ text: String) -> ScheduleExpression? {
        if let known = expressions[text] { return known }
        let parsed = try? ScheduleExpression(text)
        expressions[text] = parsed
        return parsed
    }

    private func look(_ schedule: ScheduledFunction) async throws {
        let now = Int(clock.now().timeIntervalSince1970)
        let key = "\(schedule.function) \(schedule.name) \(schedule.text)"
        guard let fired = last[key], fired <= now else {
            last[key] = try await store.last(schedule, now: now)
            return
        }
        let slots = schedule.expression.slots(after: fired, through: now, limit: Self.catchUp)
        guard let latest = slots.last else { return }
        if try await fire(schedule, slots) {
            last[key] = latest
        } else {
            last[key] = try await store.last(schedule, now: now)
        }
    }

    private func fire(_ schedule: ScheduledFunction, _ slots: [Int]) async throws -> Bool {
        let events = slots.map { slot in
            let id = UUID()
            return QueuedEvent(
                id: id, function: schedule.function,
                payload: schedule.payload(slot: slot, settings: host.settings, id: id), acceptedAt: Date())
        }
        let fired = try await store.fire(schedule, slot: slots[slots.count - 1], events: schedule.isWake ? [] : events)
        if fired, schedule.isWake, let pool = host.pools[schedule.function], let event = events.last {
            coalesced.invoke(pool, id: event.requestID, payload: ByteBuffer(string: event.payload))
        } else if fired {
            onQueued()
        }
        return fired
    }
}
