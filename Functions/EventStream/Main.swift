import API
import Domain
import Environment
import FunctionHost
import Glibc
import Logging
import NIOCore
import NIOPosix
import Postgres
import UnixSignals

/// The persistent process that serves live updates until it is told to stop. It holds no phone line, so that neither
/// viewers nor lines can take descriptors or memory from the other, or end the other with a crash.
@main
struct Main {
    /// Postgres connections for admitting viewers.
    private static let admitting = 2
    static let connections = admitting + StreamServer.connections
    /// Seconds before a port that somebody else was faster to take is tried again.
    private static let pause = 5

    static func main() async {
        describeIfAsked(endpoints)
        signal(SIGPIPE, SIG_IGN)
        let configuration = Configuration.process
        let logger = Logger.json(function: "event-stream", configuration: configuration)
        do {
            let environment = FunctionEnvironment.live(
                "event-stream", configuration: configuration, logger: logger, connections: admitting)
            let port: Int = try configuration.number(.port)
            try await run(environment, port: port)
        } catch {
            logger.critical("the event stream stops", metadata: ["error": "\(String(reflecting: error))"])
            exit(1)
        }
    }

    private static func run(_ environment: FunctionEnvironment, port: Int) async throws {
        let server = try StreamServer(environment)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await serve(server, port: port, environment) }
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
            group.cancelAll()
        }
        await environment.database.close()
    }

    private static func serve(_ server: StreamServer, port: Int, _ environment: FunctionEnvironment) async {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let address = environment.configuration[.listenAddress] ?? StreamServer.loopback
        while !Task.isCancelled {
            do {
                try await server.run(at: address, port: port, on: loops)
            } catch {
                environment.complain("the event stream can't be served", about: error)
            }
            try? await Task.sleep(for: .seconds(pause))
        }
    }
}

extension StreamServer {
    init(_ environment: FunctionEnvironment) throws {
        self.init(
            databaseURL: try environment.configuration.databaseURL, api: try APIEnvironment(environment),
            watcher: environment.ids.next(), report: { environment.complain($0, about: $1) })
    }
}
