package import NIOCore
package import NIOPosix

/// The one thread on which the host's state lives: pools, processes, parked polls, HTTP channels.
///
/// A request crosses no thread and takes no lock between its socket and the function's socket. Anything slow (Postgres,
/// files, builds) runs elsewhere and comes back here. The thread lives as long as the program, which is what the
/// parent-death signal of the children is tied to.
@globalActor
package actor HostLoop {
    package static let shared = HostLoop()
    package static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    package static let loop: any EventLoop = group.next()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { Self.loop.executor.asUnownedSerialExecutor() }

    /// Runs the body as `@HostLoop` code; NIO's callbacks are synchronous and already on the loop's thread.
    package nonisolated static func assumeIsolated<Result>(_ body: @HostLoop () throws -> Result) rethrows -> Result {
        loop.preconditionInEventLoop()
        typealias Plain = () throws -> Result
        // The same cast as in MainActor.assumeIsolated: isolation is checked above and is no part of the representation.
        return try withoutActuallyEscaping(body) { try unsafeBitCast($0, to: Plain.self)() }
    }
}
