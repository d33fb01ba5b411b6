import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store

/// The process: holds lines under lease, as many as it may, and gives them back when it ends.
///
/// Three times per lease it renews all its lines in one statement and takes what is free. When it could not renew for a
/// whole lease it lets go of everything by itself: others may have the lines by then.
actor Worker {
    private let environment: LineEnvironment
    private let leases: LineLeases
    nonisolated let sends: SendScheduler
    /// Changed by this actor alone.
    nonisolated let lines = RunningLines()
    private var lastRenewed = ContinuousClock.now
    private var isEnding = false
    private var isLooking = false
    /// Lines that ended by themselves and are being given back.
    private var leaving = 0
    /// Somebody called while a look was under way.
    private var mustLookAgain = false

    init(_ environment: LineEnvironment, jobs: JobQueue) {
        self.environment = environment
        leases = LineLeases(
            database: environment.database, worker: environment.ids.next(), seconds: environment.settings.lease)
        sends = SendScheduler(environment, queue: jobs, lines: lines)
    }

    /// Until the task is cancelled; then gives everything back.
    func run(listeningAt url: String) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepLeases() }
            group.addTask { await self.watchLeases() }
            group.addTask { await self.sends.run() }
            group.addTask { await self.environment.jobs.run() }
            group.addTask {
                await Wakeups(
                    url: url, randomness: self.environment.randomness,
                    report: { self.environment.log.complain("calls of the database are not heard", $0, [:]) }
                ).listen { await self.hear($0) }
            }
            await group.waitForAll()
        }
        // A task of its own: in one that was told to stop, nobody waits for a connection.
        await Task { await self.end() }.value
    }

    private func hear(_ call: Wakeups.Call) async {
        switch call {
        case .lines: await look()
        case .destination(let destination): await sends.hear(destination)
        case .missed:
            await look()
            await sends.look()
        }
    }

    // MARK: Leases

    private func keepLeases() async {
        while !Task.isCancelled {
            await look()
            try? await Task.sleep(for: .seconds(environment.settings.lease / 3))
        }
    }

    /// Renews, lets go of what is lost, obeys what is asked, takes what is free.
    private func look() async {
        guard !isEnding else { return }
        guard !isLooking else {
            mustLookAgain = true
            return
        }
        isLooking = true
        repeat {
            mustLookAgain = false
            await renewAndClaim()
        } while mustLookAgain && !isEnding
        isLooking = false
    }

    private func renewAndClaim() async {
        // Also when the database is away: a worker that is started anew would not reach it either.
        defer { environment.settings.heartbeat.beat() }
        do {
            let began = ContinuousClock.now
            let held = try await leases.renew()
            lastRenewed = began
            try await compare(with: held)
            let room = environment.settings.lines - lines.all.count
            guard room > 0, !isEnding else { return }
            let claimed = try await leases.claim(room: room)
            // The end began meanwhile and does not know of these.
            guard !isEnding else { return try await leases.release(claimed.map(\.line.channel)) }
            for lease in claimed { begin(lease) }
        } catch {
            environment.log.complain("the leases could not be renewed", error, ["lines": "\(lines.all.count)"])
        }
    }

    /// What is held and what is run are made the same, both ways. A line that is held, but not run (it was let go of while
    /// the database was away, or the answer to a claim or a release was lost) is given back: whoever claims it next, this
    /// worker too, gets a new fence, so that what is still under way from before can write nothing.
    private func compare(with held: [ChannelID: (fence: Int, asked: Int)]) async throws {
        let idle = held.keys.filter { lines[$0] == nil }
        if !idle.isEmpty {
            environment.log.note("lines were held, but not run: giving them back", ["lines": "\(idle.count)"])
            try await leases.release(idle)
        }
        for (channel, own) in lines.all {
            guard let state = held[channel], state.fence == own.line.line.fence else {
                environment.log.note("a line was lost", ["line": channel.text])
                drop(channel)
                continue
            }
            await own.line.hear(state.asked)
        }
    }

    func begin(_ lease: LineLeases.Lease) {
        let line = LineKeeper(lease, environment) { channel in await self.sends.look(at: channel) }
        let task = Task {
            await line.run()
            await self.ended(line)
        }
        lines.begin(line, task)?.task.cancel()
    }

    func drop(_ channel: ChannelID) {
        lines.drop(channel)?.task.cancel()
    }

    /// The line is at rest, or somebody else's.
    private func ended(_ line: LineKeeper) async {
        guard lines.drop(line), !isEnding else { return }
        leaving += 1
        defer { leaving -= 1 }
        try? await leases.release([line.line.channel])
        // The owner may have asked for something in between.
        await look()
    }

    /// A worker that was paused or cut off from the database must not go on as if nothing had happened.
    private func watchLeases() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(environment.settings.lease / 10))
            let held = lines.all.keys
            guard !held.isEmpty, ContinuousClock.now - lastRenewed > .seconds(environment.settings.lease) else {
                continue
            }
            environment.log.note("the leases ran out: letting go of all lines", ["lines": "\(held.count)"])
            for channel in held { drop(channel) }
        }
    }

    // MARK: The end

    private func end() async {
        isEnding = true
        await sends.finish()
        await looked()
        let held = lines.all
        for line in held.values { line.task.cancel() }
        for line in held.values { await line.task.value }
        for channel in held.keys { lines.drop(channel) }
        do {
            try await leases.release(Array(held.keys))
        } catch {
            environment.log.complain("the lines could not be given back", error, ["lines": "\(held.count)"])
        }
    }

    /// A look of nobody's task, after a line that ended by itself, is over: it gives back what it claims. No longer than a lease lasts.
    private func looked() async {
        let end = ContinuousClock.now + .seconds(min(environment.settings.lease, Self.grace))
        while isLooking || leaving > 0, .now < end { try? await Task.sleep(for: .milliseconds(10)) }
    }

    /// Real seconds for what is under way when the end begins; the host gives ten in all.
    private static let grace = 5.0
}
