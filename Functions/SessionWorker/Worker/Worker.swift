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
    private let sends: SendScheduler
    private var lines: [ChannelID: Held] = [:]
    private var lastRenewed = ContinuousClock.now
    private var isEnding = false
    private var isLooking = false
    /// Somebody called while a look was under way.
    private var mustLookAgain = false

    private struct Held {
        let line: LineKeeper
        let task: Task<Void, Never>
    }

    init(_ environment: LineEnvironment, jobs: JobQueue) {
        self.environment = environment
        leases = LineLeases(
            database: environment.database, worker: environment.ids.next(), seconds: environment.settings.lease)
        sends = SendScheduler(environment, queue: jobs)
    }

    /// Until the task is cancelled; then gives everything back.
    func run(listeningAt url: String) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepLeases() }
            group.addTask { await self.watchLeases() }
            group.addTask { await self.sends.run() }
            group.addTask {
                await Wakeups(url: url).listen { call in
                    switch call {
                    case .lines: await self.look()
                    case .destination(let destination): await self.sends.hear(destination)
                    case .missed:
                        await self.look()
                        await self.sends.look()
                    }
                }
            }
            await group.waitForAll()
        }
        await end()
    }

    /// `nil` when this worker does not run the line.
    func keeper(of channel: ChannelID) -> LineKeeper? { lines[channel]?.line }

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
        do {
            let began = ContinuousClock.now
            let held = try await leases.renew()
            lastRenewed = began
            try await compare(with: held)
            let room = environment.settings.lines - lines.count
            guard room > 0, !isEnding else { return }
            for lease in try await leases.claim(room: room) { begin(lease) }
        } catch {
            environment.log.complain("the leases could not be renewed", error, ["lines": "\(lines.count)"])
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
        for (channel, own) in lines {
            guard let state = held[channel], state.fence == own.line.line.fence else {
                environment.log.note("a line was lost", ["line": channel.text])
                drop(channel)
                continue
            }
            await own.line.hear(state.asked)
        }
    }

    private func begin(_ lease: LineLeases.Lease) {
        let channel = lease.line.channel
        drop(channel)
        let line = LineKeeper(lease, environment) { channel in await self.sends.look(at: channel) }
        let task = Task {
            await line.run()
            await self.ended(channel, line)
        }
        lines[channel] = Held(line: line, task: task)
        let sends = sends
        Task { await sends.add(line) }
    }

    private func drop(_ channel: ChannelID) {
        guard let held = lines.removeValue(forKey: channel) else { return }
        held.task.cancel()
        let sends = sends
        Task { await sends.remove(held.line) }
    }

    /// The line is at rest, or somebody else's.
    private func ended(_ channel: ChannelID, _ line: LineKeeper) async {
        guard let held = lines[channel], held.line === line else { return }
        lines[channel] = nil
        await sends.remove(line)
        guard !isEnding else { return }
        try? await leases.release([channel])
        // The owner may have asked for something in between.
        await look()
    }

    /// A worker that was paused or cut off from the database must not go on as if nothing had happened.
    private func watchLeases() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(environment.settings.lease / 10))
            guard !lines.isEmpty, ContinuousClock.now - lastRenewed > .seconds(environment.settings.lease) else {
                continue
            }
            environment.log.note("the leases ran out: letting go of all lines", ["lines": "\(lines.count)"])
            for channel in lines.keys { drop(channel) }
        }
    }

    // MARK: The end

    private func end() async {
        isEnding = true
        await sends.finish()
        let held = lines
        for line in held.values { line.task.cancel() }
        for line in held.values { await line.task.value }
        lines = [:]
        do {
            try await leases.release(Array(held.keys))
        } catch {
            environment.log.complain("the lines could not be given back", error, ["lines": "\(held.count)"])
        }
    }
}
