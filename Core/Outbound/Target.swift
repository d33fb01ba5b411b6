import CCurl

/// A URL as libcurl itself reads it, so that what was judged and what is fetched can't be two things.
struct Target: Equatable {
    let url: String
    let scheme: String
    let host: String
    let port: Int

    init(_ url: String, curl: CurlLibrary) throws(OutboundError) {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw OutboundError(.badURL, detail: "control characters")
        }
        guard let parsed = curl.makeURL() else { throw OutboundError(.unreachable, detail: "out of memory") }
        defer { curl.destroyURL(parsed) }
        guard curl.setURL(parsed, CURLUPART_URL, url, 0) == CURLUE_OK else {
            throw OutboundError(.badURL, detail: "not a URL")
        }
        func part(_ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl.getURL(parsed, part, &text, flags) == CURLUE_OK, let text else { return nil }
            defer { curl.free(text) }
            return String(cString: text)
        }
        guard let scheme = part(CURLUPART_SCHEME), scheme == "http" || scheme == "https" else {
            throw OutboundError(.badURL, detail: "only http and https are reached")
        }
        guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
            throw OutboundError(.badURL, detail: "credentials belong in a header")
        }
        guard let whole = part(CURLUPART_URL), let host = part(CURLUPART_HOST),
            let port = part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap({ Int($0) })
        else { throw OutboundError(.badURL, detail: "no host") }
        self.url = whole
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port
    }

    func isSameOrigin(as other: Target) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }
}
