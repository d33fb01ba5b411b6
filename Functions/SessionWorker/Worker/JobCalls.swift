/// Wakes a job runner for all lines together, beside the tasks that read them: nobody waits for a host that is slow to answer.
/// Calls that come while one is under way are one.
struct JobCalls: Sendable {
    private let calls: AsyncStream<Void>
    private let queue: AsyncStream<Void>.Continuation
    private let wake: @Sendable () async -> Void

    init(wake: @escaping @Sendable () async -> Void) {
        self.wake = wake
        (calls, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// There is work; after its commit.
    func call() {
        queue.yield()
    }

    /// Until cancelled. What is lost at the end a runner finds by itself.
    func run() async {
        for await _ in calls { await wake() }
    }
}
