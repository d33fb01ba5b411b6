import Environment
import FoundationEssentials
import Web

/// What requests to AWS are signed with.
struct AWSCredentials: Sendable, Equatable {
    var accessKey: String
    var secretKey: String
    var sessionToken: String?
    /// `nil`: as long as the process lives.
    var expiration: Date?
}

extension AWSCredentials {
    /// Those that Lambda gives to every function.
    init?(_ configuration: Configuration) {
        guard let accessKey = configuration[.accessKey], let secretKey = configuration[.secretAccessKey] else {
            return nil
        }
        self.init(accessKey: accessKey, secretKey: secretKey, sessionToken: configuration[.sessionToken])
    }

    /// The answer of a container's endpoint ("Container credential provider", AWS SDKs and Tools Reference Guide).
    init?(containersAnswer bytes: [UInt8]) {
        guard let json = try? JSONValue(parsing: bytes), let accessKey = json["AccessKeyId"]?.string,
            let secretKey = json["SecretAccessKey"]?.string, let token = json["Token"]?.string,
            let expiration = json["Expiration"]?.string.flatMap({ try? Date($0, strategy: .iso8601) })
        else { return nil }
        self.init(accessKey: accessKey, secretKey: secretKey, sessionToken: token, expiration: expiration)
    }

    func lasts(_ seconds: Double, after now: Date) -> Bool {
        expiration.map { $0.timeIntervalSince(now) > seconds } ?? true
    }
}
