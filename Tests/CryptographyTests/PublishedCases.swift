import FoundationEssentials
import Support

/// The cases of one of the files in `Vectors/cryptography`: `NAME = value` lines, each case up to the next blank one that stands
/// behind its last value, under headings in brackets.
struct PublishedCases {
    struct Case {
        private let values: [String: String]

        fileprivate init(values: [String: String]) { self.values = values }

        /// NIST marks so what must be refused.
        var isFailure: Bool { values["FAIL"] != nil }

        func text(_ name: String) throws -> String {
            guard let value = values[name] else { throw TestSetupError("a case has no \(name)") }
            return value
        }

        /// - Returns: `nil` when the case has no such value.
        func number(_ name: String) -> Int? { values[name].flatMap { Int($0) } }

        /// Hexadecimal.
        func bytes(_ name: String) throws -> [UInt8] {
            let digits = Array(try text(name).utf8)
            guard digits.count.isMultiple(of: 2) else { throw TestSetupError("half a byte in \(name)") }
            return try stride(from: 0, to: digits.count, by: 2).map { index in
                guard let byte = UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16) else {
                    throw TestSetupError("no hexadecimal in \(name)")
                }
                return byte
            }
        }
    }

    let all: [Case]

    /// - Parameters:
    ///   - first: a value that each case has once; with it a case begins that holds it already.
    ///   - least: how many there are at least; fewer would prove nothing.
    init(_ name: String, first: String, least: Int) throws {
        let path = "\(Vectors.folder)/cryptography/\(name)"
        guard let bytes = FileManager.default.contents(atPath: path) else { throw TestSetupError("\(path) is missing") }
        var (cases, values) = ([Case](), [String: String]())
        func end() {
            if values[first] != nil { cases.append(Case(values: values)) }
            values = [:]
        }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("[") {
                end()
                continue
            }
            let halves = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = halves[0].filter { $0 != " " }
            if name == first { end() }
            values[name] = halves.count > 1 ? String(halves[1]).trimmed : ""
        }
        end()
        guard cases.count >= least else { throw TestSetupError("\(name) holds \(cases.count) cases") }
        all = cases
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.first == " " { text.removeFirst() }
        while text.last == " " || text.last == "\r" { text.removeLast() }
        return String(text)
    }
}
