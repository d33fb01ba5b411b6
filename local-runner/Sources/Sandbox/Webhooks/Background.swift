/// Work that outlives the request which caused it: late webhooks, status callbacks. Runs inside the server's own task, so
/// that stopping the server stops it all.
struct Background: Sendable {
    /// More waiting work than this is dropped, oldest first: somebody's test is in a loop.
    private static let capacity = 10_000

    private let work: AsyncStream<@Sendable () async -> Void>
    private let queue: AsyncStream<@Sendable () async -> Void>.Continuation

    init() {
        (work, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.capacity))
    }

    func run(_ item: @escaping @Sendable () async -> Void) {
        queue.yield(item)
    }

    /// Runs until cancelled.
    func process() async {
        await withDiscardingTaskGroup { group in
            for await item in work { group.addTask { await item() } }
            group.cancelAll()
        }
    }
}
