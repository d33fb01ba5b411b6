import Cryptography
import Domain
import FoundationEssentials
import Synchronization

/// Random bytes that all follow from a seed of 32 random ones: unguessable without it, the same again with it.
final class SeededChance: Sendable {
    /// How far along it is.
    struct Position: Sendable {
        fileprivate var counter: UInt64 = 0
        fileprivate var rest: [UInt8] = []
    }

    private let seed: [UInt8]
    private let state = Mutex(Position())

    init(seed: [UInt8]) {
        self.seed = seed
    }

    /// Set back to where it was, it gives the same bytes again.
    var position: Position {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    var randomness: Randomness { Randomness { self.bytes($0) } }

    private func bytes(_ count: Int) -> [UInt8] {
        state.withLock { state in
            while state.rest.count < count {
                let block = withUnsafeBytes(of: state.counter.bigEndian) { Array($0) }
                state.rest += HashFunction.sha256.hash(seed + block)
                state.counter += 1
            }
            defer { state.rest.removeFirst(count) }
            return Array(state.rest.prefix(count))
        }
    }
}
