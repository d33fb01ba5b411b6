/// The fields of an `application/x-www-form-urlencoded` body or query, in order, repeated names included.
package struct FormFields: Sendable {
    /// More fields than any provider sends; a longer form is refused.
    package static let maximumFields = 500

    package private(set) var fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// `nil` when an escape or the UTF-8 is broken, or when there are too many fields.
    package init?(decoding bytes: some Collection<UInt8>) {
        fields = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard fields.count < Self.maximumFields, let name = decoded(halves[0]),
                let value = halves.count > 1 ? decoded(halves[1]) : ""
            else { return nil }
            fields.append((name, value))
        }
    }

    /// The first value of a name. Names are compared by their bytes.
    package subscript(_ name: String) -> String? {
        fields.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// Every value of a name, in order.
    package func all(_ name: String) -> [String] {
        fields.filter { $0.name.utf8.elementsEqual(name.utf8) }.map(\.value)
    }

    package mutating func add(_ name: String, _ value: String) {
        fields.append((name, value))
    }

    /// `name=value&...`; a space becomes `+` and everything but letters, digits, `*`, `-`, `.` and `_` is escaped, as the
    /// URL standard has it for forms.
    package var encoded: String {
        fields.map { "\(formEscaped($0.name))=\(formEscaped($0.value))" }.joined(separator: "&")
    }
}

private func decoded(_ bytes: some Collection<UInt8>) -> String? {
    String(validating: bytes, as: UTF8.self).flatMap { percentDecoded($0, plusIsSpace: true) }
}

private func formEscaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"):
            bytes.append(byte)
        case UInt8(ascii: " "):
            bytes.append(UInt8(ascii: "+"))
        default:
            bytes.append(UInt8(ascii: "%"))
            bytes.append(contentsOf: [hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]])
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

private let hexDigits = Array("0123456789ABCDEF".utf8)
