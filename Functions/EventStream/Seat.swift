import Access
import Store
import Synchronization

/// Who was let in, and where they begin: what the endpoint leaves to the connection that goes on.
final class Seat: Sendable {
    struct Taken: Sendable {
        let member: Member
        let start: EventPosition
    }

    private let found = Mutex<Taken?>(nil)

    var taken: Taken? { found.withLock { $0 } }

    func take(_ taken: Taken) {
        found.withLock { $0 = taken }
    }
}

/// The endpoint let a viewer in and gave no seat: a fault of ours.
struct SeatMissing: Error, CustomStringConvertible {
    let description = "a viewer was let in without a seat"
}
