import FoundationEssentials
import Web

/// The files of the phone page, read from the folder in the configuration: an edit shows at the next reload.
struct PhonePage: Sendable {
    let folder: String

    /// Attachments that need no network.
    static let samples = ["menu.png", "receipt.pdf", "voice-note.ogg"]

    private static let types = [
        "css": "text/css; charset=utf-8", "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "ogg": "audio/ogg", "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml",
    ]

    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

    var endpoints: [Endpoint] {
        [
            Endpoint("GET /sandbox") { _ in
                .whole(Response(status: 302, headers: Headers([(name: "location", value: "/sandbox/phone")])))
            },
            Endpoint("GET /sandbox/phone") { _ in try file("index.html") },
            Endpoint("GET /sandbox/phone/{path+}") { request in try file(request.pathParameter("path")) },
            Endpoint("GET /sandbox/samples/{name}") { request in try file("samples/\(request.pathParameter("name"))") },
        ]
    }

    private func file(_ path: String) throws -> Reply {
        let isPlain = path.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "./-".contains($0)) }
        guard isPlain, !path.contains(".."), let ending = path.split(separator: ".").last,
            let type = Self.types[String(ending)], let data = FileManager.default.contents(atPath: "\(folder)/\(path)")
        else { throw Fault.notFound("file") }
        return .whole(
            Response(
                status: 200,
                headers: Headers([
                    (name: "content-type", value: type), (name: "content-security-policy", value: Self.policy),
                    (name: "cache-control", value: "no-cache"), (name: "x-content-type-options", value: "nosniff"),
                    (name: "referrer-policy", value: "no-referrer"),
                ]), body: Array(data)))
    }
}
