import Web

/// A customer's file on its way to a browser: foreign bytes, shown only as a picture, a sound, a film or a PDF, sandboxed;
/// everything else is a download.
struct FetchedFile: Sendable {
    /// Bytes. Six megabytes of answer hold four and a half in base64.
    static let limit = 4_500_000

    var bytes: [UInt8]
    /// As its sender wrote it.
    var contentType: String

    func shown() throws(Fault) -> Response {
        guard bytes.count <= Self.limit else { throw .fileTooLarge }
        let shown = ShownType(contentType)
        var response = Response(status: 200, body: bytes)
        response.headers.add("content-type", shown?.name ?? "application/octet-stream")
        response.headers.add("content-disposition", shown == nil ? "attachment" : "inline")
        response.headers.add("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
        response.headers.add("cache-control", "private, max-age=3600, immutable")
        return response
    }
}
