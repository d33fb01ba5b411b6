import NIOCore
import NIOPosix

/// The one thread on which test servers live: their people, queues and sockets. A stanza takes no lock and crosses no
/// thread on its way through, and order is the order of arrival.
@globalActor
package actor ServerLoop {
    package static let shared = ServerLoop()
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    static let loop: any EventLoop = group.next()

    nonisolated package var unownedExecutor: UnownedSerialExecutor { Self.loop.executor.asUnownedSerialExecutor() }

    /// Runs the body as `@ServerLoop` code; NIO's callbacks are synchronous and already on the loop's thread.
    nonisolated static func assumeIsolated<Result>(_ body: @ServerLoop () throws -> Result) rethrows -> Result {
        loop.preconditionInEventLoop()
        typealias Plain = () throws -> Result
        // The same cast as in MainActor.assumeIsolated: isolation is checked above and is no part of the representation.
        return try withoutActuallyEscaping(body) { try unsafeBitCast($0, to: Plain.self)() }
    }

    /// Runs the body on the loop after so many seconds, a day at most.
    nonisolated static func after(_ seconds: Double, _ body: @escaping @ServerLoop @Sendable () -> Void) {
        let bounded = seconds.isFinite ? min(max(seconds, 0), 86_400) : 0
        loop.scheduleTask(in: .nanoseconds(Int64(bounded * 1e9))) { assumeIsolated { body() } }
    }
}
