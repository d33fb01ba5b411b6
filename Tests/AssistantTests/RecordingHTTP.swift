import Outbound
import Synchronization

/// An HTTP client for tests: records what is sent and answers from a script, in order; the last answer is repeated.
final class RecordingHTTP: Sendable {
    private struct State {
        var requests: [OutboundRequest] = []
        var script: [Result<OutboundResponse, OutboundError>]
    }
    private let state: Mutex<State>

    init(_ script: [Result<OutboundResponse, OutboundError>]) {
        state = Mutex(State(script: script))
    }

    convenience init(_ status: Int, headers: [(name: String, value: String)] = [], _ body: String) {
        self.init([.answer(status, headers: headers, body)])
    }

    /// Answers 200.
    convenience init(_ body: String) {
        self.init([.answer(body)])
    }

    var requests: [OutboundRequest] { state.withLock { $0.requests } }

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

extension Result<OutboundResponse, OutboundError> {
    static func answer(_ status: Int, headers: [(name: String, value: String)] = [], _ body: String) -> Self {
        .success(OutboundResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    static func answer(_ body: String) -> Self { .answer(200, body) }
}
