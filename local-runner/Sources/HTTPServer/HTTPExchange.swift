package import NIOCore
package import NIOHTTP1
package import Web

/// One request and the way to answer it, once. Answering a client that has gone does nothing.
@HostLoop
package final class HTTPExchange {
    package let head: HTTPRequestHead
    package let body: ByteBuffer
    package let trailers: HTTPHeaders?
    /// Called when the client goes away before the answer is complete.
    package var onAbandon: (@HostLoop () -> Void)?
    /// Called while an answer is streamed and the client reads too slowly (`false`), or again (`true`).
    package var onWritable: (@HostLoop (Bool) -> Void)?
    /// Takes the request back and answers it, if nobody has begun with it; says whether it did. `nil` where that can't be.
    package var withdraw: (@HostLoop (Withdrawal) -> Bool)?

    /// Why a request that waits is taken back.
    package enum Withdrawal: Sendable {
        /// It sends no more: it has gone, or it is one of the few that end their own direction first.
        case clientLeft
        /// Others need the room that it takes.
        case crowded
    }
    /// The connection closes after the answer.
    package var closes: Bool
    /// Cleared when the answer is complete or the client has gone, which also breaks the cycle.
    private var connection: HTTPConnection?
    private var isStarted = false
    /// Chunked framing doesn't exist in HTTP/1.0; there the end of the connection is the end of the answer.
    private var isStreaming = false
    private let refusal: @Sendable (Fault) -> HTTPRefusal

    init(_ connection: HTTPConnection, head: HTTPRequestHead, body: ByteBuffer, trailers: HTTPHeaders? = nil) {
        self.connection = connection
        self.head = head
        self.body = body
        self.trailers = trailers
        closes = !head.isKeepAlive
        refusal = connection.limits.refusal
    }

    /// Address of the client's end of the connection.
    package var peer: String { connection?.peer ?? "127.0.0.1" }
    /// True until the answer has begun or the client has gone.
    package var isWaiting: Bool { connection != nil && !isStarted }
    /// The answer has begun and says no length.
    private(set) var isEndless = false

    /// Says why it is not served, in the listener's form.
    package func refuse(_ fault: Fault, _ headers: [(String, String)] = []) {
        let refusal = refusal(fault)
        answer(HTTPResponseStatus(statusCode: refusal.status), refusal.headers + headers, refusal.body)
    }

    package func answer(_ status: HTTPResponseStatus, json: String, _ headers: [(String, String)] = []) {
        answer(status, [("content-type", "application/json")] + headers, ByteBuffer(string: json))
    }

    package func answer(_ status: HTTPResponseStatus, _ headers: [(String, String)], _ body: ByteBuffer = ByteBuffer())
    {
        guard isWaiting, let connection else { return }
        isStarted = true
        var fields = HTTPHeaders()
        fields.reserveCapacity(headers.count + 2)
        for header in headers { fields.add(name: header.0, value: header.1) }
        if status.mayHaveResponseBody { fields.add(name: "content-length", value: String(body.readableBytes)) }
        sayWhetherItCloses(&fields)
        let channel = connection.channel
        channel.write(head(status, fields), promise: nil)
        if body.readableBytes > 0, head.method != .HEAD, status.mayHaveResponseBody {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
        }
        finish(connection)
    }

    /// Begins an answer whose body follows in parts. The answer to a HEAD is then complete.
    package func begin(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        guard isWaiting, let connection else { return }
        isStarted = true
        isStreaming = true
        isEndless = !headers.contains(name: "content-length")
        // What has no length is framed in chunks. There are none in HTTP/1.0, nor behind the head that answers a HEAD: the last of
        // them would be the beginning of the next answer (RFC 9112, 6.3).
        let isBare = head.method == .HEAD && isEndless
        if isBare || head.version == .http1_0 && isEndless { closes = true }
        var fields = headers
        sayWhetherItCloses(&fields)
        connection.channel.writeAndFlush(self.head(status, fields), promise: nil)
        guard head.method == .HEAD else { return }
        isStreaming = false
        finish(connection, isBare: isBare)
    }

    private func sayWhetherItCloses(_ fields: inout HTTPHeaders) {
        if closes { fields.add(name: "connection", value: "close") }
        if !closes, head.version == .http1_0 { fields.add(name: "connection", value: "keep-alive") }
    }

    /// The answer is complete, or the client has gone.
    package var isOver: Bool { connection == nil }

    /// Bytes that are kept for this request beside its body, until it is answered: they count against whoever sent it.
    package func hold(_ bytes: Int) {
        connection?.hold(bytes)
    }

    package func send(_ bytes: ByteBuffer) {
        guard isStreaming, let connection else { return }
        connection.channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(bytes)), promise: nil)
    }

    package func end() {
        guard isStreaming, let connection else { return }
        isStreaming = false
        finish(connection)
    }

    /// Breaks off: after the head has gone a closed connection is the only honest way to say that the rest won't come.
    package func abort() {
        connection?.close()
    }

    func abandon() {
        connection = nil
        onAbandon?()
        forget()
    }

    private func head(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) -> HTTPServerResponsePart {
        .head(HTTPResponseHead(version: head.version, status: status, headers: headers))
    }

    private func finish(_ connection: HTTPConnection, isBare: Bool = false) {
        self.connection = nil
        forget()
        connection.finished(closes: closes, isBare: isBare)
    }

    private func forget() {
        onAbandon = nil
        onWritable = nil
        withdraw = nil
    }
}

extension HTTPResponseStatus {
    package var mayHaveResponseBody: Bool { code >= 200 && code != 204 && code != 304 }
}
