package import Domain
import FoundationEssentials
package import Outbound

/// Fetches the files of inbound messages.
///
/// Twilio's media URL wants our credentials and answers with a redirect to a signed URL of its content network. The
/// credentials go to the API's own host only; every host on the way must be one of Twilio's.
package struct TwilioMedia: Sendable {
    package static let maximumBytes = 16 << 20
    static let timeout = 30.0
    static let maximumRedirects = 3

    private let transport: TwilioTransport
    private let api: WebAddress?

    package init(http: HTTPClient, accountSID: String, authToken: String, apiBaseURL: String) {
        transport = TwilioTransport(http: http, accountSID: accountSID, authToken: authToken)
        api = WebAddress(apiBaseURL)
    }

    package func download(_ media: MediaReference) async throws(TwilioMediaError) -> TwilioFile {
        guard var address = WebAddress(media.url), isOurs(address) else { throw .notTwilio }
        for _ in 0...Self.maximumRedirects {
            let response = try await get(address)
            switch response.status {
            case 200:
                let type = response.header("content-type")?.prefix { $0 != ";" }.lowercased()
                return TwilioFile(contentType: type ?? media.contentType, bytes: response.body)
            case 301, 302, 303, 307, 308:
                address = try target(of: response, from: address)
            case 404, 410: throw .gone
            case 401, 403: throw .refused
            case 429, 500...: throw .retry
            default: throw .gone
            }
        }
        throw .notTwilio
    }

    private func get(_ address: WebAddress) async throws(TwilioMediaError) -> OutboundResponse {
        let headers = isOurs(address) ? [(name: "Authorization", value: transport.authorization)] : []
        let request = OutboundRequest(
            method: "GET", url: address.url, headers: headers, timeout: Self.timeout, maximumResponse: Self.maximumBytes
        )
        do {
            return try await transport.http.send(request)
        } catch {
            switch error.code {
            case .tooLarge: throw .tooLarge
            case .badURL, .forbiddenAddress, .tooManyRedirects: throw .notTwilio
            case .unreachable, .timedOut, .broken: throw .retry
            }
        }
    }

    private func target(of response: OutboundResponse, from address: WebAddress) throws(TwilioMediaError) -> WebAddress
    {
        guard let location = response.header("location") else { throw .notTwilio }
        let url = location.hasPrefix("/") && !location.hasPrefix("//") ? address.origin + location : location
        guard let next = WebAddress(url), isAPI(next) || isContentNetwork(next) else { throw .notTwilio }
        return next
    }

    /// Where the API is, or what stands in for it: a simulator keeps the files themselves there. Without credentials, unless
    /// it is ours.
    private func isAPI(_ address: WebAddress) -> Bool { address.origin == api?.origin }

    /// The API itself, and there only what belongs to our account: the only place that may see the credentials.
    private func isOurs(_ address: WebAddress) -> Bool {
        address.origin == api?.origin && address.path.hasPrefix("/2010-04-01/Accounts/\(transport.accountSID)/")
            && !address.path.contains("..") && address.path.utf8.allSatisfy(isPlain)
    }

    /// Where Twilio's redirects lead: its own names over TLS, and the bucket that bears its name.
    private func isContentNetwork(_ address: WebAddress) -> Bool {
        guard address.origin.hasPrefix("https://") else { return false }
        let isTwilio = ["twilio.com", "twiliocdn.com"].contains {
            address.host == $0 || address.host.hasSuffix(".\($0)")
        }
        let isBucket = address.host == "s3-external-1.amazonaws.com" && address.path.hasPrefix("/media.twiliocdn.com/")
        return isTwilio || isBucket
    }
}

package struct TwilioFile: Sendable, Equatable {
    /// Lower case, without parameters: `image/jpeg`.
    package let contentType: String
    package let bytes: [UInt8]

    package init(contentType: String, bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = bytes
    }
}

package enum TwilioMediaError: String, Error, Sendable, CustomStringConvertible {
    /// The URL, or a redirect on the way, leads elsewhere.
    case notTwilio
    case gone
    /// Our credentials were refused.
    case refused
    /// Larger than 16 MB.
    case tooLarge
    /// Unreachable or busy; try again later.
    case retry

    package var description: String {
        switch self {
        case .notTwilio: "The file is not at Twilio."
        case .gone: "The file is gone."
        case .refused: "Twilio refused our credentials."
        case .tooLarge: "The file is larger than 16 MB."
        case .retry: "The file can't be fetched just now."
        }
    }
}

/// Nothing that a client might decode or resolve into another path.
private func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        true
    default: false
    }
}

/// The parts of an absolute http(s) URL that decide who sees a secret. Anything unusual is refused: a parser that guesses
/// differently from the HTTP client's is how credentials leak.
private struct WebAddress {
    let url: String
    /// `https://host[:port]`, lower case.
    let origin: String
    let host: String
    /// With the query.
    let path: String

    init?(_ url: String) {
        guard url.utf8.count <= 4_096, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }),
            let scheme = ["https://", "http://"].first(where: { url.lowercased().hasPrefix($0) })
        else { return nil }
        let rest = url.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }.lowercased()
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !authority.contains("@"), !parts[0].isEmpty,
            parts[0].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" }),
            parts.count == 1 || UInt16(parts[1]) != nil
        else { return nil }
        self.url = url
        host = String(parts[0])
        origin = scheme + authority
        path = String(rest.dropFirst(authority.count))
    }
}
