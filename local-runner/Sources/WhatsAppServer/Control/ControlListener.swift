import NIOCore
import NIOHTTP1
import NIOPosix

/// The control API on a loopback port of its own.
package struct ControlListener: Sendable {
    private let channel: any Channel
    package var port: Int { channel.localAddress?.port ?? 0 }

    package static func open(_ api: ServerControl, port: Int) async throws -> ControlListener {
        let channel = try await ServerBootstrap(group: ServerLoop.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(ControlRequests(channel, api))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        return ControlListener(channel: channel)
    }

    package func close() async {
        try? await channel.close()
    }
}

@ServerLoop
private final class ControlRequests: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// A file in base64 and some words.
    private static let bodyLimit = 32 << 20

    nonisolated private let channel: any Channel
    private let api: ServerControl
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    nonisolated init(_ channel: any Channel, _ api: ServerControl) {
        self.channel = channel
        self.api = api
    }

    nonisolated func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        ServerLoop.assumeIsolated { receive(part) }
    }

    nonisolated func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func receive(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head):
            self.head = head
            body = []
        case .body(let bytes):
            guard body.count + bytes.readableBytes <= Self.bodyLimit else { return channel.close(promise: nil) }
            body += Array(buffer: bytes)
        case .end:
            guard let head else { return }
            self.head = nil
            let request = body
            body = []
            // One request at a time: the pipeline holds the next one back until this one is answered.
            Task { answer(await respond(head, request)) }
        }
    }

    private func respond(_ head: HTTPRequestHead, _ body: [UInt8]) async -> ServerControl.Answer {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if let refusal = refusal(head) { return refusal }
        let query = (parts.count > 1 ? parts[1] : "").split(separator: "&").reduce(into: [String: String]()) {
            query, pair in
            let sides = pair.split(separator: "=", maxSplits: 1)
            if sides.count == 2 { query[String(sides[0])] = String(sides[1]) }
        }
        return await api.answer(method: head.method.rawValue, path: parts[0], query: query, body: body)
    }

    /// A page of another site may not act here: it can neither send JSON unasked nor name this host.
    private func refusal(_ head: HTTPRequestHead) -> ServerControl.Answer? {
        let host = head.headers.first(name: "host")?.split(separator: ":").first ?? ""
        // A program names no origin.
        let isLocal = (host == "127.0.0.1" || host == "localhost") && !head.headers.contains(name: "origin")
        let isJSON = head.headers.first(name: "content-type")?.hasPrefix("application/json") == true
        guard !isLocal || (head.method == .POST && !isJSON) else { return nil }
        let detail = isLocal ? "Send application/json." : "Ask for 127.0.0.1."
        return ServerControl.Answer(status: isLocal ? 415 : 403, body: JSONLine.bytes(["detail": detail]))
    }

    private func answer(_ answer: ServerControl.Answer) {
        let headers: HTTPHeaders = [
            "content-type": "application/json", "content-length": "\(answer.body.count)", "cache-control": "no-store",
        ]
        let status = HTTPResponseStatus(statusCode: answer.status)
        channel.write(
            HTTPServerResponsePart.head(.init(version: .http1_1, status: status, headers: headers)), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: answer.body))), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
    }
}
