import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Web

/// Largest request body, bytes: a model prompt with an image in it fits.
private let largestBody = 8 << 20

/// Turns Hummingbird's requests into `Web.Request` and a `Reply` into what goes over the wire.
struct HTTPAdapter: HTTPResponder {
    let answer: @Sendable (Web.Request) async -> Reply

    func respond(to request: Hummingbird.Request, context: BasicRequestContext) async throws -> Hummingbird.Response {
        guard let method = Web.Request.Method(rawValue: request.method.rawValue) else {
            return Hummingbird.Response(status: .methodNotAllowed)
        }
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: largestBody)
        } catch is NIOTooManyBytesError {
            return Hummingbird.Response(status: .contentTooLarge)
        }
        let reply = await answer(
            Web.Request(
                method: method, path: String(request.uri.path), rawQuery: request.uri.query ?? "",
                headers: Headers(of: request.head), body: Array(buffer.readableBytesView),
                requestID: context.id))
        return try await Hummingbird.Response(reply)
    }
}

extension Headers {
    fileprivate init(of head: HTTPRequest) {
        self.init(head.headerFields.map { (name: $0.name.rawName, value: $0.value) })
        if let host = head.authority { add("host", host) }
    }
}

extension Hummingbird.Response {
    fileprivate init(_ reply: Reply) async throws {
        switch reply {
        case .whole(let response):
            self.init(
                status: .init(code: response.status), headers: HTTPFields(response.headers),
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: response.body)))
        case .stream(let status, let headers, let chunks):
            self.init(
                status: .init(code: status), headers: HTTPFields(headers),
                body: ResponseBody(asyncSequence: chunks.map { ByteBuffer(bytes: $0) }))
        case .silence(let seconds):
            try await Task.sleep(for: .seconds(seconds))
            self.init(status: .ok, body: .dropped(after: []))
        case .broken(let partial):
            self.init(status: .ok, headers: [.contentType: "application/json"], body: .dropped(after: partial))
        }
    }
}

extension ResponseBody {
    /// Announces more than it writes, then closes: the client sees a broken answer, never a short one.
    fileprivate static func dropped(after partial: [UInt8]) -> ResponseBody {
        ResponseBody(contentLength: partial.count + 1_024) { writer in
            try await writer.write(ByteBuffer(bytes: partial))
            throw ConnectionDropped()
        }
    }
}

private struct ConnectionDropped: Error {}

extension HTTPFields {
    fileprivate init(_ headers: Headers) {
        self.init()
        for field in headers.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            append(HTTPField(name: name, value: field.value))
        }
    }
}
