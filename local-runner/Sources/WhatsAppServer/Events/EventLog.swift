/// What happened, in order, for those who look and those who wait.
@ServerLoop
final class EventLog {
    private let limit: Int
    private let now: @Sendable () -> Int64
    private(set) var entries: [ServerEvent] = []
    private var next = 1
    private var readers: [Int: AsyncStream<ServerEvent>.Continuation] = [:]
    private var nextReader = 0

    init(limit: Int, now: @escaping @Sendable () -> Int64) {
        self.limit = limit
        self.now = now
    }

    @discardableResult
    func note(_ event: ServerEvent) -> Int {
        var event = event
        event.sequence = next
        event.at = now()
        next += 1
        entries.append(event)
        if entries.count > limit { entries.removeFirst(entries.count - limit * 3 / 4) }
        for reader in readers.values { reader.yield(event) }
        return event.sequence
    }

    func entries(after sequence: Int, limit: Int) -> [ServerEvent] {
        let start = entries.partitioningIndex { $0.sequence > sequence }
        return Array(entries[start...].prefix(limit))
    }

    /// Everything after `sequence`, remembered and new. A reader that lags by more than the limit loses the oldest.
    func stream(after sequence: Int) -> AsyncStream<ServerEvent> {
        let (stream, reader) = AsyncStream.makeStream(
            of: ServerEvent.self, bufferingPolicy: .bufferingNewest(limit))
        for event in entries(after: sequence, limit: limit) { reader.yield(event) }
        let number = nextReader
        nextReader += 1
        readers[number] = reader
        reader.onTermination = { _ in Task { @ServerLoop in self.readers[number] = nil } }
        return stream
    }

    func end() {
        for reader in readers.values { reader.finish() }
    }
}

extension Array {
    /// The first index whose element satisfies a condition that holds from some element on.
    fileprivate func partitioningIndex(where isPast: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isPast(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
