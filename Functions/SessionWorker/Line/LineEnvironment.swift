import Conversation
import Domain
import FoundationEssentials
import NIOCore
import Outbound
import Postgres
import Store
import TLS

/// Everything from outside that a line uses; the same for all lines of a process.
struct LineEnvironment: Sendable {
    var settings: Settings
    var database: Database
    var box: SecretBox
    /// Times on the road; leases, pauses and certificates are real time.
    var clock: WallClock
    var randomness: Randomness
    var ids: IDSource
    var http: HTTPClient
    var debounce: Debounce
    var faults: FaultPoints
    var loops: any EventLoopGroup
    /// `nil` for a test server without TLS.
    var tls: TLSContext?
    /// Connections being opened.
    var openings: AsyncSemaphore
    /// Files on their way.
    var files: MediaBudget
    /// The past of a newly linked phone is read whole: one after the other.
    var histories = AsyncSemaphore(1)
    /// Wakes a job runner.
    var jobs: JobCalls
    var log: LineLog
}
