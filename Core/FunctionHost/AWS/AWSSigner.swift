import Cryptography
import FoundationEssentials

/// AWS Signature Version 4 for requests without a query ("Signing AWS API requests", AWS IAM guide).
struct AWSSigner: Sendable {
    let region: String
    let service: String
    let credentials: AWSCredentials

    struct Request {
        var method: String
        var host: String
        var path: String
        /// Names lower-cased. `host`, `x-amz-date` and the session token are added.
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
    }

    /// Headers to send: the request's own, the date, the session token and the signature.
    func sign(_ request: Request, at date: Date) -> [(name: String, value: String)] {
        let time = Self.timestamp(date)
        var headers = request.headers + [(name: "x-amz-date", value: time)]
        if let sessionToken = credentials.sessionToken {
            headers.append((name: "x-amz-security-token", value: sessionToken))
        }
        let signed = (headers + [(name: "host", value: request.host)]).sorted { $0.name < $1.name }
        let names = signed.map(\.name).joined(separator: ";")
        let canonical =
            "\(request.method)\n\(request.path)\n\n" + signed.map { "\($0.name):\($0.value)\n" }.joined()
            + "\n\(names)\n\(HashFunction.sha256.hash(request.body).hex)"
        let day = String(time.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(HashFunction.sha256.hash(canonical.utf8).hex)"
        let signature = HMAC.code(for: text.utf8, key: key(for: day)).hex
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return headers + [(name: "authorization", value: authorization)]
    }

    private func key(for day: String) -> SecretKey {
        [day, region, service, "aws4_request"].reduce(SecretKey("AWS4\(credentials.secretKey)".utf8)) { key, part in
            SecretKey(HMAC.code(for: part.utf8, key: key))
        }
    }

    /// `20150830T123600Z`.
    private static func timestamp(_ date: Date) -> String {
        Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, timeZone: .gmt).format(date)
    }
}
