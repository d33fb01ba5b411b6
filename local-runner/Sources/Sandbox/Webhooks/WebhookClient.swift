import Domain
import NIOCore
import NIOHTTP1
import NIOPosix

/// What a webhook answered.
struct WebhookAnswer: Sendable {
    var status: Int
    var contentType: String
    var body: String
}

/// Why there was no answer. Only the first kind is retried by Twilio's default policy.
enum WebhookFailure: Error, Sendable, Equatable {
    case notConnected
    case noAnswer
    case broken
    /// Not `http` on this machine.
    case forbidden

    var sentence: String {
        switch self {
        case .notConnected: "nobody listens there"
        case .noAnswer: "no answer in time"
        case .broken: "the connection broke off"
        case .forbidden: "the sandbox only speaks http to this machine"
        }
    }
}

/// Posts forms over plain HTTP/1.1 to this machine and nowhere else: a URL that somebody wrote into a number can't make
/// the sandbox reach into a network.
struct WebhookClient: Sendable {
    /// Connect time-out and whole time-out in seconds.
    struct Limits: Sendable { var connect = 5.0; var total = 15.0 }

    private static let largestAnswer = 64 << 10

    func post(_ url: LocalURL, headers: [(String, String)], body: String, limits: Limits) async throws(WebhookFailure)
        -> WebhookAnswer
    {
        let channel = try await connect(url, limits)
        do {
            return try await within(seconds: limits.total) {
                try await exchange(channel, url, headers, body)
            }
        } catch let failure as WebhookFailure {
            throw failure
        } catch {
            throw .broken
        }
    }

    private typealias Exchange = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    private func connect(_ url: LocalURL, _ limits: Limits) async throws(WebhookFailure) -> Exchange {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.milliseconds(Int64(saturating: limits.connect * 1_000)))
                .connect(host: url.host, port: url.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Exchange(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw .notConnected
        }
    }

    private func exchange(_ channel: Exchange, _ url: LocalURL, _ headers: [(String, String)], _ body: String)
        async throws
        -> WebhookAnswer
    {
        try await channel.executeThenClose { inbound, outbound in
            var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: url.target, headers: HTTPHeaders(headers))
            head.headers.replaceOrAdd(name: "host", value: url.authority)
            head.headers.replaceOrAdd(name: "content-length", value: "\(body.utf8.count)")
            head.headers.replaceOrAdd(name: "connection", value: "close")
            try await outbound.write(.head(head))
            try await outbound.write(.body(.byteBuffer(ByteBuffer(string: body))))
            try await outbound.write(.end(nil))
            return try await answer(from: inbound)
        }
    }

    private func answer(from parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> WebhookAnswer
    {
        var answer: WebhookAnswer?
        var buffer = ByteBuffer()
        for try await part in parts {
            switch part {
            case .head(let head):
                let type = head.headers.first(name: "content-type") ?? ""
                answer = WebhookAnswer(status: Int(head.status.code), contentType: type, body: "")
            case .body(var bytes):
                guard buffer.readableBytes + bytes.readableBytes <= Self.largestAnswer else {
                    throw WebhookFailure.broken
                }
                buffer.writeBuffer(&bytes)
            case .end:
                guard var answer else { throw WebhookFailure.broken }
                answer.body = String(buffer: buffer)
                return answer
            }
        }
        throw WebhookFailure.broken
    }
}

/// Runs `work` with a deadline; cancelling closes the connection it holds.
private func within<Value: Sendable>(
    seconds: Double, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: .seconds(seconds))
            throw WebhookFailure.noAnswer
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw WebhookFailure.noAnswer }
        return value
    }
}
