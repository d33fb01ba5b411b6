/// A declared route: `GET /api/organizations/{id}`. The same text stands in the function's `function.json`, where the
/// runner and the deployment read it.
///
/// Precedence as HTTP APIs have it: full match, then `{var}`, then `{var+}`.
package struct Route: Hashable, Sendable {
    package let method: String
    package let segments: [Segment]

    package enum Segment: Hashable, Sendable {
        case literal(String)
        case variable(String)
        /// Matches one or more remaining segments; only last.
        case greedy(String)
    }

    package init?(_ declaration: String) {
        let parts = declaration.split(separator: " ")
        guard parts.count == 2, parts[1].hasPrefix("/") else { return nil }
        method = String(parts[0])
        segments = parts[1].split(separator: "/").map(Segment.init)
    }

    /// Decoded path parameters if the route matches, else `nil`.
    package func match(method: String, path: String) -> [String: String]? {
        match(method: method, parts: Self.parts(of: path))
    }

    /// What stands between the slashes. Whoever asks many routes takes a path apart once: a client chooses its length.
    package static func parts(of path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true).map(Substring.init)
    }

    /// - Parameter parts: of the path.
    package func match(method: String, parts: [Substring]) -> [String: String]? {
        guard self.method == method || self.method == "ANY" else { return nil }
        guard parts.count == segments.count || isGreedy && parts.count > segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (index, segment) in segments.enumerated() {
            guard index < parts.count else { return nil }
            switch segment {
            case .literal(let text):
                guard parts[index] == text else { return nil }
            case .variable(let name):
                guard let value = percentDecoded(parts[index]) else { return nil }
                parameters[name] = value
            case .greedy(let name):
                guard let value = percentDecoded(parts[index...].joined(separator: "/")) else { return nil }
                parameters[name] = value
                return parameters
            }
        }
        return parts.count == segments.count ? parameters : nil
    }

    private var isGreedy: Bool {
        if case .greedy? = segments.last { true } else { false }
    }

    /// Smaller is more specific. Compared segment by segment, then by method.
    package var specificity: [Int] {
        segments.map(\.rank) + [method == "ANY" ? 1 : 0]
    }
}

extension Route.Segment {
    init(_ text: Substring) {
        guard text.hasPrefix("{"), text.hasSuffix("}") else {
            self = .literal(String(text))
            return
        }
        let name = text.dropFirst().dropLast()
        self = name.hasSuffix("+") ? .greedy(String(name.dropLast())) : .variable(String(name))
    }

    fileprivate var rank: Int {
        switch self {
        case .literal: 0
        case .variable: 1
        case .greedy: 2
        }
    }
}

/// Percent-decoding of a path segment or form value (`plusIsSpace` for forms); `nil` when the escapes or the UTF-8 are broken.
package func percentDecoded(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
        switch byte {
        case UInt8(ascii: "%"):
            guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        case UInt8(ascii: "+") where plusIsSpace:
            bytes.append(UInt8(ascii: " "))
        default:
            bytes.append(byte)
        }
    }
    return String(validating: bytes, as: UTF8.self)
}

func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
