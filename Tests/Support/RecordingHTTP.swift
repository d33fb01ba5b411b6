package import Outbound
import Synchronization

/// An HTTP client for tests: records what is sent and answers from a script, in order; the last answer is repeated.
package final class RecordingHTTP: Sendable {
    private struct State {
        var requests: [OutboundRequest] = []
        var script: [Result<OutboundResponse, OutboundError>]
    }
    private let state: Mutex<State>

    package init(_ script: [Result<OutboundResponse, OutboundError>]) {
        state = Mutex(State(script: script))
    }

    package convenience init(_ status: Int, headers: [(name: String, value: String)] = [], _ body: String) {
        self.init([.answer(status, headers: headers, body)])
    }

    /// Answers 200.
    package convenience init(_ body: String) {
        self.init([.answer(body)])
    }

    package var requests: [OutboundRequest] { state.withLock { $0.requests } }

    package var client: HTTPClient {
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
    package static func answer(_ status: Int, headers: [(name: String, value: String)] = [], _ body: String) -> Self {
        .success(OutboundResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    package static func answer(_ body: String) -> Self { .answer(200, body) }
}

extension OutboundRequest {
    package var text: String { String(decoding: body, as: UTF8.self) }

    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
