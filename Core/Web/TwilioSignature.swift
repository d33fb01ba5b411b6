import Cryptography
import FoundationEssentials

/// The `X-Twilio-Signature` of webhooks: who sent this request, checked before anything in it is read. The test's vectors
/// are computed with Twilio's own SDK.
package struct TwilioSignature: Sendable {
    package enum Algorithm: Sendable {
        case sha1
        /// Named by `X-Twilio-Webhooks-Signature-Settings`; keyed with a shared key instead of the auth token.
        case sha256
    }

    package static let header = "X-Twilio-Signature"
    package static let settingsHeader = "X-Twilio-Webhooks-Signature-Settings"

    /// The primary auth token, then the secondary one while they are being rotated.
    private let authTokens: [String]
    private let sharedKeys: [String]

    package init(authTokens: [String], sharedKeys: [String] = []) {
        self.authTokens = authTokens.filter { !$0.isEmpty }
        self.sharedKeys = sharedKeys.filter { !$0.isEmpty }
    }

    /// Whether Twilio sent the request to `publicURL` (scheme, host and any prefix; no trailing slash) plus its path and
    /// query. The URL comes from the configuration, never from the `Host` header.
    package func isValid(_ request: Request, publicURL: String) -> Bool {
        let query = request.rawQuery.isEmpty ? "" : "?\(request.rawQuery)"
        return isValid(
            method: request.method, url: publicURL + request.path + query, headers: request.headers, body: request.body)
    }

    /// - Parameter url: the whole public URL, exactly as Twilio has it.
    package func isValid(method: Request.Method, url: String, headers: Headers, body: [UInt8]) -> Bool {
        guard let given = headers[Self.header], !given.isEmpty, let algorithm = Algorithm(headers[Self.settingsHeader]),
            let signed = SignedBody(method: method, url: url, contentType: headers["content-type"], body: body)
        else { return false }
        let keys = algorithm == .sha1 ? authTokens : sharedKeys
        var isValid = false
        for key in keys {
            for url in urlVariants(of: url) {
                let expected = Self.signature(url: url, fields: signed.fields, key: key, algorithm: algorithm)
                if equalInConstantTime(expected.utf8, given.utf8) { isValid = true }
            }
        }
        return isValid
    }

    /// What Twilio would send with a form (or, with no fields, with a GET or a JSON body).
    package static func signature(url: String, fields: FormFields, key: String, algorithm: Algorithm = .sha1) -> String
    {
        let message = stringToSign(url: url, fields: fields)
        let function: HashFunction = algorithm == .sha1 ? .sha1 : .sha256
        return Data(HMAC.code(for: message, key: SecretKey(key.utf8), function)).base64EncodedString()
    }

    /// The URL, then every distinct name with every distinct value, in code-point order: that is UTF-8 byte order. `String`
    /// would merge canonically equivalent texts, so bytes are compared.
    static func stringToSign(url: String, fields: FormFields) -> [UInt8] {
        var pairs = fields.fields.map { (name: Array($0.name.utf8), value: Array($0.value.utf8)) }
        pairs.sort {
            $0.name == $1.name
                ? $0.value.lexicographicallyPrecedes($1.value) : $0.name.lexicographicallyPrecedes($1.name)
        }
        var message = Array(url.utf8)
        for (index, pair) in pairs.enumerated() where index == 0 || pairs[index - 1] != pair {
            message += pair.name + pair.value
        }
        return message
    }
}

extension TwilioSignature.Algorithm {
    /// `key=...,algorithm=HMAC_SHA256`; SHA-1 when the header or the part is absent, `nil` for a name we don't know.
    fileprivate init?(_ settings: String?) {
        let parts = (settings ?? "").split(separator: ",").map { $0.drop(while: { $0 == " " }) }
        guard let named = parts.first(where: { $0.hasPrefix("algorithm=") }) else {
            self = .sha1
            return
        }
        // Twilio's SDK compares the name without case.
        switch named.dropFirst("algorithm=".count).uppercased() {
        case "HMAC_SHA1": self = .sha1
        case "HMAC_SHA256": self = .sha256
        default: return nil
        }
    }
}

/// The part of a body that its signature covers.
private struct SignedBody {
    let fields: FormFields

    /// `nil` when the signature could not cover the body. Anything but a form is covered by its hash in the signed URL.
    init?(method: Request.Method, url: String, contentType: String?, body: [UInt8]) {
        if method == .get || method == .head {
            guard body.isEmpty else { return nil }
            fields = FormFields()
            return
        }
        if isForm(contentType) {
            guard let form = FormFields(decoding: body) else { return nil }
            fields = form
            return
        }
        guard body.isEmpty || bodyHash(in: url).map({ equalInConstantTime($0.utf8, sha256Hex(body).utf8) }) == true
        else {
            return nil
        }
        fields = FormFields()
    }
}

private func isForm(_ contentType: String?) -> Bool {
    let type = contentType?.prefix { $0 != ";" }.lowercased() ?? ""
    return type.split(separator: " ").first == "application/x-www-form-urlencoded"
}

private func bodyHash(in url: String) -> String? {
    guard let question = url.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
    return FormFields(decoding: url.utf8[url.utf8.index(after: question)...])?["bodySHA256"]
}

private func sha256Hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let hex = HashFunction.sha256.hash(bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: hex, as: UTF8.self)
}

/// The URL as given and without the credentials in it, which Twilio drops before it signs; each with the variants of its port.
private func urlVariants(of url: String) -> [String] {
    guard let scheme = url.firstRange(of: "://") else { return [url] }
    let rest = url[scheme.upperBound...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    guard let at = rest[..<end].lastIndex(of: "@") else { return portVariants(of: url) }
    let bare = "\(url[..<scheme.upperBound])\(rest[rest.index(after: at)...])"
    return portVariants(of: bare) + portVariants(of: url)
}

/// The URL as given, and with its port taken away or the scheme's own added: SMS callbacks keep a port, others drop it.
private func portVariants(of url: String) -> [String] {
    guard let scheme = url.firstRange(of: "://") else { return [url] }
    let rest = url[scheme.upperBound...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    let host = rest[..<end]
    let tail = rest[end...]
    // A colon inside the brackets of an IPv6 address begins no port.
    if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
        return [url, "\(url[..<scheme.upperBound])\(host[..<colon])\(tail)"]
    }
    let port = url[..<scheme.lowerBound].lowercased() == "http" ? 80 : 443
    return [url, "\(url[..<scheme.upperBound])\(host):\(port)\(tail)"]
}
