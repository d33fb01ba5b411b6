/// The little of TwiML that a messaging webhook may answer: `<Response><Message>text</Message></Response>`, with the text
/// directly inside or in `<Body>`.
enum TwiML {
    static func messages(in document: String) -> [String] {
        elements("Message", in: document[...]).compactMap { content in
            let text = elements("Body", in: content).first ?? content
            let plain = unescaped(text)
            return plain.isEmpty ? nil : plain
        }
    }

    private static func elements(_ name: String, in text: Substring) -> [Substring] {
        var found: [Substring] = []
        var rest = text
        while let open = rest.firstRange(of: "<\(name)") {
            guard let end = rest[open.upperBound...].firstIndex(of: ">") else { break }
            let start = rest.index(after: end)
            guard let close = rest[start...].firstRange(of: "</\(name)>") else { break }
            found.append(rest[start..<close.lowerBound])
            rest = rest[close.upperBound...]
        }
        return found
    }

    private static func unescaped(_ text: Substring) -> String {
        String(text).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&apos;", with: "'").replacing("&amp;", with: "&")
    }
}
