import Web

/// The `{name}` of an Invoke call, percent-encoded: a name, or a whole or partial ARN, each with a qualifier or without.
///
/// As the API reference has it: `(arn:(aws[a-zA-Z-]*)?:lambda:)?(region:)?(account:)?(function:)?name(:qualifier)?`.
struct FunctionReference: Equatable, Sendable {
    var name: String

    /// The only version there is.
    private static let qualifiers: Set<String> = ["$LATEST"]

    /// - Parameter installation: whose functions there are; another partition's, account's or region's are none of ours.
    init(_ text: String, query: Substring = "", of installation: HostSettings) throws(InvokeRefusal) {
        guard let decoded = percentDecoded(text) else { throw .invalidParameter("the function name is malformed") }
        let parts = try Parts(decoded)
        guard parts.isOurs(installation) else { throw .notFound(decoded) }
        name = parts.name
        var qualifier = parts.qualifier
        let asked = query.split(separator: "&").first { $0.hasPrefix("Qualifier=") }?.dropFirst("Qualifier=".count)
        if let asked {
            guard let value = percentDecoded(asked), qualifier == nil || qualifier == value else {
                throw .invalidParameter("the qualifiers in name and query differ")
            }
            qualifier = value
        }
        if let qualifier, !Self.qualifiers.contains(qualifier) { throw .notFound("\(name):\(qualifier)") }
    }

    private struct Parts {
        var partition: String?
        var region: String?
        var account: String?
        var name = ""
        var qualifier: String?

        init(_ text: String) throws(InvokeRefusal) {
            var rest = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)[...]
            let isARN = rest.first == "arn"
            if isARN {
                guard rest.count >= 7, rest[1].hasPrefix("aws"), rest[2] == "lambda" else {
                    throw Self.noFunction(text)
                }
                partition = rest[1]
                rest = rest.dropFirst(3)
            }
            if let first = rest.first, isARN || Self.isRegion(first) { region = rest.removeFirst() }
            if let first = rest.first, isARN || Self.isAccount(first) { account = rest.removeFirst() }
            if rest.first == "function" { rest = rest.dropFirst() } else if isARN { throw Self.noFunction(text) }
            guard let name = rest.first, !name.isEmpty, rest.count <= 2 else { throw Self.noFunction(text) }
            self.name = name
            qualifier = rest.dropFirst().first
            let isPlain = name.utf8.allSatisfy { Self.isWord($0) }
            guard isPlain, qualifier?.isEmpty != true else { throw Self.noFunction(text) }
        }

        func isOurs(_ installation: HostSettings) -> Bool {
            partition ?? "aws" == "aws" && region ?? installation.region == installation.region
                && account ?? installation.account == installation.account
        }

        private static func noFunction(_ text: String) -> InvokeRefusal {
            .invalidParameter("\(text) names no function")
        }

        private static func isAccount(_ text: String) -> Bool {
            text.utf8.count == 12 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }

        /// `eu-west-1`, `us-gov-east-1`.
        private static func isRegion(_ text: String) -> Bool {
            let words = text.split(separator: "-", omittingEmptySubsequences: false)
            guard (3...4).contains(words.count), words[0].utf8.count == 2, words.count == 3 || words[1] == "gov" else {
                return false
            }
            return words.last.map { $0.utf8.count == 1 && Int($0) != nil } ?? false
        }

        private static func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
