import FoundationEssentials
import HTTPServer
import NIOCore
import NIOHTTP1
import Web

/// What the front knows about a request when it makes the event.
struct EventRequest {
    var head: HTTPRequestHead
    var body: ByteBuffer
    var match: RouteTable.Match
    var path: Substring
    var query: Substring
    /// HEAD is served by the GET route and looks like GET to the function.
    var method: String
    var client: Client
    var requestID: String
    var traceID: String

    /// The event's JSON.
    /// - Parameter milliseconds: since 1970.
    func event(at milliseconds: Int = epochMilliseconds()) -> ByteBuffer {
        var writer = EventWriter()
        writer.out.reserveCapacity(1200 + body.readableBytes * 4 / 3)
        writer.raw("{")
        writer.key("version", isFirst: true)
        writer.raw("\"2.0\"")
        writer.key("routeKey")
        writer.string(match.routeKey)
        writer.key("rawPath")
        writer.string(String(path))
        writer.key("rawQueryString")
        writer.string(String(query))
        let cookies = writeHeaders(&writer)
        write(cookies: cookies, &writer)
        writeQuery(&writer)
        writeContext(&writer, milliseconds)
        writeParameters(&writer)
        writeBody(&writer)
        writer.raw("}")
        return writer.out
    }

    /// Names lower-cased, repeats joined with a comma, `cookie` taken out; returns the cookie lines.
    private func writeHeaders(_ writer: inout EventWriter) -> [String] {
        var cookies: [String] = []
        var fields = JoinedFields(capacity: head.headers.count + 4)
        for header in head.headers {
            let name = header.name.lowercased()
            if name == "cookie" {
                cookies.append(header.value)
            } else if client.replaces(name) {
                continue
            } else {
                fields.add(name, header.value)
            }
        }
        fields.add("x-forwarded-for", client.forwardedFor)
        fields.add("x-forwarded-port", client.port)
        fields.add("x-forwarded-proto", client.proto)
        fields.add("x-amzn-trace-id", traceID)
        writeObject("headers", fields.all, &writer)
        return cookies
    }

    private func write(cookies lines: [String], _ writer: inout EventWriter) {
        guard !lines.isEmpty else { return }
        writer.key("cookies")
        writer.raw("[")
        var isFirst = true
        for cookie in lines.flatMap({ $0.split(separator: ";") }) {
            if !isFirst { writer.raw(",") }
            isFirst = false
            writer.string(String(cookie.drop { $0 == " " }))
        }
        writer.raw("]")
    }

    /// Decoded, repeated keys joined with a comma. What can't be decoded stays in `rawQueryString` only.
    private func writeQuery(_ writer: inout EventWriter) {
        guard !query.isEmpty else { return }
        var pairs = JoinedFields(capacity: 8)
        for part in query.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = percentDecoded(halves[0], plusIsSpace: true),
                let value = percentDecoded(halves.count > 1 ? halves[1] : "", plusIsSpace: true)
            else { continue }
            pairs.add(key, value)
        }
        writeObject("queryStringParameters", pairs.all, &writer)
    }

    private func writeParameters(_ writer: inout EventWriter) {
        writeObject("pathParameters", match.parameters.map { ($0.key, $0.value) }, &writer)
    }

    private func writeObject(
        _ name: StaticString, _ pairs: [(key: String, value: String)], _ writer: inout EventWriter
    ) {
        guard !pairs.isEmpty else { return }
        writer.key(name)
        writer.raw("{")
        for (index, pair) in pairs.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(pair.key)
            writer.raw(":")
            writer.string(pair.value)
        }
        writer.raw("}")
    }

    private func writeContext(_ writer: inout EventWriter, _ milliseconds: Int) {
        let host = head.headers.first(name: "host") ?? "localhost"
        let domain = hostName(of: host)
        writer.key("requestContext")
        writer.raw("{\"accountId\":\"000000000000\",\"apiId\":\"local\",\"domainName\":")
        writer.string(domain)
        writer.key("domainPrefix")
        writer.string(domain.split(separator: ".").first.map(String.init) ?? domain)
        writer.key("http")
        writer.raw("{\"method\":")
        writer.string(method)
        writer.key("path")
        writer.string(String(path))
        writer.key("protocol")
        writer.string("HTTP/\(head.version.major).\(head.version.minor)")
        writer.key("sourceIp")
        writer.string(client.address)
        writer.key("userAgent")
        writer.string(head.headers.first(name: "user-agent") ?? "")
        writer.raw("}")
        writer.key("requestId")
        writer.string(requestID)
        writer.key("routeKey")
        writer.string(match.routeKey)
        writer.key("stage")
        writer.raw("\"$default\"")
        writer.key("time")
        writer.string(RequestTime.text(milliseconds / 1000))
        writer.key("timeEpoch")
        writer.number(milliseconds)
        writer.raw("}")
    }

    /// Text types go as they are when they are valid UTF-8, everything else in base64.
    private func writeBody(_ writer: inout EventWriter) {
        let type = head.headers.first(name: "content-type")
        guard body.readableBytes > 0 else { return writer.raw(",\"isBase64Encoded\":false") }
        writer.key("body")
        let isText =
            ContentType.isText(type) && body.readableBytesView.withUnsafeBytes { Self.isUTF8($0) && Self.isPlain($0) }
        if isText {
            body.readableBytesView.withUnsafeBytes { writer.string(bytes: $0) }
            writer.raw(",\"isBase64Encoded\":false")
        } else {
            writer.raw("\"")
            writer.out.writeString(Data(body.readableBytesView).base64EncodedString())
            writer.raw("\",\"isBase64Encoded\":true")
        }
    }

    /// Escaping takes long and makes six bytes of one, and everybody else waits: a body with more of it goes as base64.
    private static let mostEscapes = 1 << 16

    private static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var left = mostEscapes
        for byte in bytes where EventWriter.mustEscape(byte) {
            left -= 1
            if left < 0 { return false }
        }
        return true
    }

    private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }
}
