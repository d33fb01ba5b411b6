import Web
import WhatsAppServer

/// `/sandbox/whatsapp/...`: the WhatsApp test server's control API on the sandbox's own port, and the files that lines
/// sent, for the phone page.
struct WhatsAppControl: Sendable {
    /// Types a browser shows without running anything in them.
    private static let shown: Set<String> = [
        "audio/mpeg", "audio/ogg", "image/gif", "image/jpeg", "image/png", "image/webp",
    ]

    let api: ServerControl
    let server: WhatsAppServer

    var endpoints: [Endpoint] {
        let base = "/sandbox/whatsapp"
        return [
            Endpoint("GET \(base)/files/{number}", file),
            Endpoint("GET \(base)/{path+}") { try await answer($0) },
            Endpoint("POST \(base)/{path+}") { request in
                guard request.headers["content-type"]?.hasPrefix("application/json") == true else {
                    throw Web.Fault.unsupportedType
                }
                return try await answer(request)
            },
            Endpoint("DELETE \(base)/{path+}") { try await answer($0) },
        ]
    }

    private func answer(_ request: Web.Request) async throws -> Reply {
        let form = try request.queryForm()
        let query = ["account", "after", "limit", "person"].reduce(into: [String: String]()) { $0[$1] = form[$1] }
        let answer = await api.answer(
            method: request.method.rawValue, path: "/" + request.pathParameter("path"), query: query, body: request.body
        )
        let headers = [(name: "content-type", value: "application/json"), (name: "cache-control", value: "no-store")]
        return .whole(Response(status: answer.status, headers: Headers(headers), body: answer.body))
    }

    /// What a line sent may be anything: the browser is told to run none of it.
    private func file(_ request: Web.Request) async throws -> Reply {
        // Files are counted from 1.
        guard let number = Int(request.pathParameter("number")), number > 0,
            let event = await server.remembered(after: number - 1, limit: 1).first, event.sequence == number,
            let file = event.file, let bytes = await server.file(event)
        else { throw Web.Fault.notFound("file") }
        let type = Self.shown.contains(file.mimeType) ? file.mimeType : "application/octet-stream"
        let headers = Headers([
            (name: "content-type", value: type), (name: "x-content-type-options", value: "nosniff"),
            (name: "content-security-policy", value: "sandbox; default-src 'none'"),
            (name: "cache-control", value: "no-store"),
        ])
        return .whole(Response(status: 200, headers: headers, body: bytes))
    }
}
