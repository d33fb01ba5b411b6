import Domain
import Store
import Synchronization

/// The lines that this process runs, as the worker last decided: it begins and drops them in one step, without waiting, so
/// that whoever sends sees no line after it was dropped.
final class RunningLines: Sendable {
    struct Running: Sendable {
        let line: LineKeeper
        let task: Task<Void, Never>
    }

    private let lines = Mutex<[ChannelID: Running]>([:])

    var all: [ChannelID: Running] { lines.withLock { $0 } }

    subscript(channel: ChannelID) -> LineKeeper? { lines.withLock { $0[channel]?.line } }

    /// - Returns: what ran under this name before.
    @discardableResult
    func begin(_ line: LineKeeper, _ task: Task<Void, Never>) -> Running? {
        lines.withLock { $0.updateValue(Running(line: line, task: task), forKey: line.line.channel) }
    }

    @discardableResult
    func drop(_ channel: ChannelID) -> Running? {
        lines.withLock { $0.removeValue(forKey: channel) }
    }

    /// - Returns: false when it no longer runs, or another keeper has the line by now.
    func drop(_ line: LineKeeper) -> Bool {
        lines.withLock { lines in
            guard lines[line.line.channel]?.line === line else { return false }
            lines[line.line.channel] = nil
            return true
        }
    }
}
