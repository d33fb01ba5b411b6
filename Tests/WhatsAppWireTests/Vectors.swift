import FoundationEssentials
import Testing

/// The vector files. `VECTORS_DIR` names another folder; a missing or empty file fails the test that wants it.
enum Vectors {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static let folder: String =
        if let named = ProcessInfo.processInfo.environment["VECTORS_DIR"], !named.isEmpty {
            named
        } else {
            "\(#filePath)".split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Vectors"
        }

    static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        let path = "\(folder)/\(name).json"
        guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else {
            throw Missing(description: "no vectors at \(path)")
        }
        return try JSONDecoder().decode(type, from: data)
    }
}

/// Bytes written in hexadecimal.
struct Hex: Decodable, Equatable, ExpressibleByStringLiteral {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let bytes = Self.parse(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal")
        }
        self.bytes = bytes
    }

    init(stringLiteral value: String) {
        bytes = Self.parse(value) ?? []
    }

    private static func parse(_ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
