extension JSONValue {
    /// For people and for version control: a member or element a line, members sorted by name, a line feed at the end.
    package var indented: String {
        var text = ""
        write(into: &text, at: 0)
        return text + "\n"
    }

    private func write(into text: inout String, at depth: Int) {
        switch self {
        case .array(let values) where !values.isEmpty:
            Self.lines(
                values.map { value in { value.write(into: &$0, at: depth + 1) } }, "[", "]", into: &text, at: depth)
        case .object(let members) where !members.isEmpty:
            let written = members.sorted { $0.key < $1.key }.map { name, value in
                { (text: inout String) in
                    text += String(decoding: JSONValue.string(name).bytes, as: UTF8.self) + ": "
                    value.write(into: &text, at: depth + 1)
                }
            }
            Self.lines(written, "{", "}", into: &text, at: depth)
        default: text += String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func lines(
        _ lines: [(inout String) -> Void], _ open: String, _ close: String, into text: inout String, at depth: Int
    ) {
        let margin = String(repeating: "  ", count: depth)
        text += open + "\n"
        for (index, line) in lines.enumerated() {
            text += margin + "  "
            line(&text)
            text += index == lines.count - 1 ? "\n" : ",\n"
        }
        text += margin + close
    }
}
