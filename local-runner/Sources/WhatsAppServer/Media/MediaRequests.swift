import NIOCore
import NIOHTTP1
import WhatsAppWire

/// Files over HTTP: `POST /mms/<kind>/<token>?auth=...` and `GET <direct path>`.
@ServerLoop
final class MediaRequests: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private static let kinds = ["image", "video", "audio", "document", "md-msg-hist", "md-app-state", "thumbnail-link"]

    nonisolated private let channel: any Channel
    private let media: MediaStore
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    nonisolated init(_ channel: any Channel, media: MediaStore) {
        self.channel = channel
        self.media = media
    }

    nonisolated func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        ServerLoop.assumeIsolated { receive(part) }
    }

    nonisolated func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
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
            guard head != nil else { return }
            guard body.count + bytes.readableBytes <= media.fileLimit else {
                head = nil
                return answer(.payloadTooLarge, closes: true)
            }
            body += Array(buffer: bytes)
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head)
        }
    }

    private func answer(_ head: HTTPRequestHead) {
        switch head.method {
        case .POST: upload(head)
        case .GET: download(head)
        default: answer(.methodNotAllowed)
        }
    }

    private func upload(_ head: HTTPRequestHead) {
        let address = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = address[0].split(separator: "/").map(String.init)
        let query = address.count > 1 ? address[1].split(separator: "&").map(String.init) : []
        guard path.count == 3, path[0] == "mms", Self.kinds.contains(path[1]) else { return answer(.notFound) }
        guard query.contains("auth=\(media.auth)") else { return answer(.unauthorized) }
        let token = path[2].replacing("%3D", with: "").prefix { $0 != "=" }
        guard !body.isEmpty, String(token) == MediaStore.token(Digest.sha256(body)) else { return answer(.badRequest) }
        let direct = media.keep(body)
        let host = head.headers.first(name: "host") ?? "127.0.0.1"
        answer(
            .ok, type: "application/json",
            Array(#"{"url":"https://\#(host)\#(direct)","direct_path":"\#(direct)"}"#.utf8))
    }

    private func download(_ head: HTTPRequestHead) {
        guard let file = media.file(path: head.uri) else { return answer(.notFound) }
        answer(.ok, type: "application/octet-stream", file)
    }

    private func answer(
        _ status: HTTPResponseStatus, type: String = "text/plain", _ content: [UInt8] = [], closes: Bool = false
    ) {
        body = []
        let headers: HTTPHeaders = [
            "content-type": type, "content-length": "\(content.count)", "connection": closes ? "close" : "keep-alive",
        ]
        channel.write(
            HTTPServerResponsePart.head(.init(version: .http1_1, status: status, headers: headers)), promise: nil)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: content))), promise: nil)
        let written = channel.writeAndFlush(HTTPServerResponsePart.end(nil))
        if closes { written.whenComplete { [channel] _ in channel.close(promise: nil) } }
    }
}
