import Outbound
import Synchronization

/// WhatsApp's media servers: one file, and how each host behaves when it is asked.
final class FakeMediaHost: Sendable {
    struct State {
        var file: [UInt8] = []
        /// By host; others answer 200 with the file.
        var statuses: [String: Int] = [:]
        var asked: [String] = []
    }

    private let state = Mutex(State())

    func read<Value: Sendable>(_ body: (inout sending State) -> sending Value) -> Value { state.withLock(body) }

    var http: HTTPClient {
        HTTPClient { request async throws(OutboundError) in
            let (status, file) = self.read { state in
                state.asked.append(request.url)
                let host = request.url.split(separator: "/").dropFirst().first.map(String.init) ?? ""
                return (state.statuses[host] ?? 200, state.file)
            }
            guard status != 0 else { throw OutboundError(.unreachable) }
            guard file.count <= request.maximumResponse else { throw OutboundError(.tooLarge) }
            return OutboundResponse(status: status, body: status == 200 ? file : [])
        }
    }
}
