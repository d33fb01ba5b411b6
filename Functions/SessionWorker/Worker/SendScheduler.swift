import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Sends what waits for the lines of this process: claims the jobs of lines that are connected, a few per line at a time.
actor SendScheduler {
    private let environment: LineEnvironment
    private let queue: JobQueue
    nonisolated let lines: RunningLines
    private var running: [ChannelID: Int] = [:]
    private var runningOf: [OrganizationID: Int] = [:]
    private var work: [Int: Task<Void, Never>] = [:]
    private var count = 0
    /// Lines to look at; those of a look that is under way are no longer in it.
    private var due: Set<ChannelID> = []
    /// The look that is under way: one at a time, because each counts what runs and waits before it adds to it.
    private var looking: Task<Void, Never>?
    private var isEnding = false

    /// Conversations of one line that are being answered at once; most of that is typing.
    private static let perLine = 4
    /// Real seconds between two looks when nobody calls.
    private static let interval = 2.0
    /// Real seconds of a job's time that are kept free for writing down what became of it.
    private static let margin = 3.0

    init(_ environment: LineEnvironment, queue: JobQueue, lines: RunningLines) {
        self.environment = environment
        self.queue = queue
        self.lines = lines
    }

    /// Until cancelled.
    func run() async {
        while !Task.isCancelled {
            look()
            try? await Task.sleep(for: .seconds(Self.interval))
        }
    }

    func hear(_ destination: String) {
        guard let channel = ChannelID(destination) else { return }
        look(at: channel)
    }

    func look(at channel: ChannelID) {
        claim([channel])
    }

    func look() {
        claim(Array(lines.all.keys))
    }

    /// Until the look that is under way is over.
    func looked() async { await looking?.value }

    /// What is under way ends by itself or is taken up again by whoever holds the line next.
    func finish() async {
        isEnding = true
        await looked()
        for task in work.values { task.cancel() }
        for task in Array(work.values) { await task.value }
    }

    // MARK: Claiming

    /// One look at a time, and nobody waits for it: it goes on for as long as something is due.
    private func claim(_ channels: [ChannelID]) {
        due.formUnion(channels)
        if looking == nil, !isEnding { looking = Task { await self.claimWhatIsDue() } }
    }

    private func claimWhatIsDue() async {
        defer { looking = nil }
        do {
            while !isEnding, work.count < environment.settings.sends, !due.isEmpty {
                let channels = due
                due = []
                guard let (job, destination) = try await queue.claim(destinations: await connected(channels)) else {
                    continue
                }
                due.formUnion(channels)
                environment.faults.reach(.jobClaimed)
                start(job, destination)
            }
        } catch {
            environment.log.complain("no job could be claimed", error, [:])
        }
    }

    private func connected(_ channels: Set<ChannelID>) async -> [ChannelID] {
        var open: [ChannelID] = []
        for channel in channels where running[channel, default: 0] < Self.perLine {
            guard let keeper = lines[channel], hasRoom(keeper.line.organization) else { continue }
            if await keeper.connection != nil { open.append(channel) }
        }
        return open
    }

    /// One alone may take half of the places, each of two a third: there is always room for the next one, whatever the others'
    /// files and addresses do.
    private func hasRoom(_ organization: OrganizationID) -> Bool {
        let others = runningOf.count - (runningOf[organization] == nil ? 0 : 1)
        return runningOf[organization, default: 0] < max(1, environment.settings.sends / (others + 2))
    }

    private func start(_ job: Job, _ destination: ChannelID) {
        count += 1
        let number = count
        running[destination, default: 0] += 1
        runningOf[job.organization, default: 0] += 1
        work[number] = Task {
            await self.perform(job, destination)
            self.finished(number, job.organization, destination)
        }
    }

    private func finished(_ number: Int, _ organization: OrganizationID, _ destination: ChannelID) {
        // Its other lines may have waited for the place.
        let wasFull = !hasRoom(organization)
        work[number] = nil
        running.countDown(destination)
        runningOf.countDown(organization)
        if wasFull { return claim(lines.all.filter { $0.value.line.line.organization == organization }.map(\.key)) }
        look(at: destination)
    }

    // MARK: Working

    private func perform(_ job: Job, _ destination: ChannelID) async {
        let outcome: JobOutcome
        do {
            outcome = try await queue.keepingLease(of: job, atMost: job.kind.timeout) {
                try await self.send(job, destination)
            }
        } catch is CancellationError {
            outcome = .snooze(until: environment.clock.now())
        } catch let error where error is ConnectionError || error is LineLost {
            // Nothing was tried: it costs no attempt.
            outcome = .snooze(until: environment.clock.now().addingTimeInterval(1))
        } catch {
            environment.log.complain("a message's job failed", error, ["line": destination.text])
            outcome = JobOutcome(failure: error)
        }
        environment.faults.reach(.jobWorked)
        // If this fails the job's lease runs out, and it is taken up again.
        // Also when this process ends, and nobody who was told to stop waits for a connection any more.
        await Task { _ = try? await self.queue.finish(job, outcome) }.value
        environment.faults.reach(.jobFinished)
    }

    private func send(_ job: Job, _ destination: ChannelID) async throws -> JobOutcome {
        guard let connection = await lines[destination]?.connection else {
            return .snooze(until: environment.clock.now().addingTimeInterval(1))
        }
        let parts = connection.parts
        let room = FileRoom(environment.files, of: parts.database.line)
        defer { room.giveBack() }
        let (sender, pacing) = (parts.sender(room).channelSender, parts.pacing(room))
        let outbox = Outbox(
            database: environment.database, clock: environment.clock, ids: environment.ids,
            sender: { $0 == .whatsappWeb ? sender : nil }, mayLeave: { try await pacing.permission(in: $0) },
            faults: environment.faults)
        let end = Date(timeIntervalSinceNow: job.kind.timeout - Self.margin)
        return try await parts.presence.duringTyping { try await outbox.run(job, until: end) }
    }
}

extension Dictionary where Value == Int {
    fileprivate mutating func countDown(_ key: Key) {
        self[key] = self[key, default: 1] == 1 ? nil : self[key, default: 1] - 1
    }
}
