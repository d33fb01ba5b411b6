import FoundationEssentials
import HTTPServer
import NIOCore
import NIOHTTP1
import Web

/// Turns the listener's requests into `Web.Request`, and a `Reply` into what goes over the wire.
struct HTTPAdapter: Sendable {
    let answer: @Sendable (Web.Request) async -> Reply

    /// A model prompt with an image in it fits. Fewer connections than the host gives descriptors: the WhatsApp server's lines, and
    /// what goes out, need some too.
    static let limits = HTTPLimits(body: 8 << 20, connections: 512)

    @HostLoop
    func serve(_ exchange: HTTPExchange) {
        guard let request = Web.Request(exchange) else { return exchange.answer(.methodNotAllowed, []) }
        Task { @HostLoop in await write(await answer(request), to: exchange) }
    }

    @HostLoop
    private func write(_ reply: Reply, to exchange: HTTPExchange) async {
        switch reply {
        case .whole(let response):
            exchange.answer(
                HTTPResponseStatus(statusCode: response.status), response.headers.fields.map { ($0.name, $0.value) },
                ByteBuffer(bytes: response.body))
        case .stream(let status, let headers, let chunks):
            StreamedReply(exchange).write(status, headers, chunks)
        case .silence(let seconds):
            try? await Task.sleep(for: .seconds(seconds))
            exchange.abort()
        case .broken(let partial):
            // More is announced than written: the client sees a broken answer, never a short one.
            exchange.begin(
                .ok, ["content-type": "application/json", "content-length": String(partial.count + 1_024)])
            exchange.send(ByteBuffer(bytes: partial))
            exchange.abort()
        }
    }
}

extension Web.Request {
    @HostLoop
    fileprivate init?(_ exchange: HTTPExchange) {
        let head = exchange.head
        guard let method = Method(rawValue: head.method.rawValue) else { return nil }
        let (path, query) = head.target
        self.init(
            method: method, path: String(path), rawQuery: String(query),
            headers: Headers(head.headers.map { (name: $0.name, value: $0.value) }),
            cookies: Cookies.parse(head.headers["cookie"]), body: Array(exchange.body.readableBytesView),
            requestID: UUID().uuidString.lowercased())
    }
}
