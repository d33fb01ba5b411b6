import Outbound
import Synchronization

/// An HTTP client for tests: records what is sent and answers from a script, in order.
final class RecordingHTTP: Sendable {
    private struct State {
        var requests: [OutboundRequest] = []
        var script: [Result<OutboundResponse, OutboundError>]
    }
    private let state: Mutex<State>

    init(_ script: [Result<OutboundResponse, OutboundError>]) {
        state = Mutex(State(script: script))
    }

    convenience init(status: Int, headers: [(name: String, value: String)] = [], _ body: String) {
        self.init([.success(OutboundResponse(status: status, headers: headers, body: Array(body.utf8)))])
    }

    var requests: [OutboundRequest] { state.withLock { $0.requests } }

    /// The last answer is repeated.
    var client: HTTPClient {
        HTTPClient { request throws(OutboundError) in
            let answer = self.state.withLock { state in
                state.requests.append(request)
                return state.script.count > 1 ? state.script.removeFirst() : state.script[0]
            }
            return try answer.get()
        }
    }
}

extension OutboundRequest {
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
