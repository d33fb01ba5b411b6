import Glibc
import NIOCore
import NIOHTTP1

/// The two listening sockets. They are bound before anything can answer on them, because functions are told where they are
/// reached; until then callers are asked to come back.
@HostLoop
final class Ports {
    let front: HTTPListener
    let control: HTTPListener
    private let gate: Gate

    static func bind(_ options: RunnerOptions) async throws -> Ports {
        let gate = Gate()
        do {
            let front = try await HTTPListener.bind(host: options.address, port: options.port) { gate.front($0) }
            let control = try await HTTPListener.bind(
                host: "127.0.0.1", port: options.controlPort, limits: InvokeAPI.limits
            ) { gate.control($0) }
            return Ports(front: front, control: control, gate: gate)
        } catch let error as IOError {
            throw StartError("the port \(options.port) or \(options.controlPort) can't be used: \(error.localWords)")
        }
    }

    private init(front: HTTPListener, control: HTTPListener, gate: Gate) {
        self.front = front
        self.control = control
        self.gate = gate
    }

    func open(front: FrontServer, control: InvokeAPI) {
        gate.server = front
        gate.api = control
    }

    @HostLoop
    private final class Gate {
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
            exchange.answer(.serviceUnavailable, json: #"{"message":"Service Unavailable"}"#, [("retry-after", "1")])
        }
    }
}

extension IOError {
    fileprivate var localWords: String { String(cString: strerror(errnoCode)) }
}
