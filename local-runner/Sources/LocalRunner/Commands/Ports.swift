import Glibc
import HTTPServer
import NIOCore
import NIOHTTP1

/// The two listening sockets. They are bound before anything can answer on them, because functions are told where they are
/// reached; until then callers are asked to come back.
@HostLoop
final class Ports {
    let front: HTTPListener
    let control: HTTPListener
    private let handlers: Handlers

    static func bind(_ options: RunnerOptions) async throws -> Ports {
        let handlers = Handlers()
        var limits = FrontServer.limits
        limits.connections = Descriptors.connectionsAllowed()
        do {
            let front = try await HTTPListener.bind(
                host: options.address, port: options.port, limits: limits
            ) { handlers.front($0) }
            let control = try await HTTPListener.bind(
                host: "127.0.0.1", port: options.controlPort, limits: InvokeAPI.limits
            ) { handlers.control($0) }
            return Ports(front: front, control: control, handlers: handlers)
        } catch let error as IOError {
            throw StartError("the port \(options.port) or \(options.controlPort) can't be used: \(error.localWords)")
        }
    }

    private init(front: HTTPListener, control: HTTPListener, handlers: Handlers) {
        self.front = front
        self.control = control
        self.handlers = handlers
    }

    func open(front: FrontServer, control: InvokeAPI) {
        handlers.server = front
        handlers.api = control
    }

    @HostLoop
    private final class Handlers {
        var server: FrontServer?
        var api: InvokeAPI?

        func front(_ exchange: HTTPExchange) {
            guard let server else { return refuse(exchange) }
            server.serve(exchange)
        }

        func control(_ exchange: HTTPExchange) {
            guard let api else { return refuse(exchange) }
            api.serve(exchange)
        }

        private func refuse(_ exchange: HTTPExchange) {
            exchange.refuse(.busy)
        }
    }
}

extension IOError {
    fileprivate var localWords: String { String(cString: strerror(errnoCode)) }
}
