import Web

/// The `{name}` of an Invoke call: `name`, `name:qualifier`, `account:function:name`, or a full ARN, percent-encoded.
struct FunctionReference: Equatable, Sendable {
    var name: String

    /// The only version there is.
    private static let qualifiers: Set<String> = ["$LATEST"]

    /// - Parameter installation: whose functions there are; another account's or region's are none of ours.
    init(_ text: String, query: Substring = "", of installation: HostSettings) throws(InvokeRefusal) {
        guard let decoded = percentDecoded(text) else { throw .invalidParameter("the function name is malformed") }
        let parts = decoded.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        var qualifier: String?
        guard Self.isOurs(parts, installation) else { throw .notFound(decoded) }
        switch parts.count {
        case 1: name = parts[0]
        case 2: (name, qualifier) = (parts[0], parts[1])
        case 3 where parts[1] == "function": name = parts[2]
        case 4 where parts[1] == "function": (name, qualifier) = (parts[2], parts[3])
        case 7 where Self.isARN(parts): name = parts[6]
        case 8 where Self.isARN(parts): (name, qualifier) = (parts[6], parts[7])
        default: throw .invalidParameter("\(decoded) names no function")
        }
        let asked = query.split(separator: "&").first { $0.hasPrefix("Qualifier=") }?.dropFirst("Qualifier=".count)
        if let asked {
            guard let value = percentDecoded(asked), qualifier == nil || qualifier == value else {
                throw .invalidParameter("the qualifiers in name and query differ")
            }
            qualifier = value
        }
        if let qualifier, !Self.qualifiers.contains(qualifier) { throw .notFound("\(name):\(qualifier)") }
    }

    private static func isOurs(_ parts: [String], _ installation: HostSettings) -> Bool {
        switch parts.count {
        case 3...4: parts[1] != "function" || parts[0] == installation.account
        case 7...8: !isARN(parts) || parts[3] == installation.region && parts[4] == installation.account
        default: true
        }
    }

    private static func isARN(_ parts: [String]) -> Bool {
        parts[0] == "arn" && parts[2] == "lambda" && parts[5] == "function"
    }
}
