import Web

/// What a simulated model says: text that follows from the request alone, and never passes for a real answer.
struct SimulatedAnswer: Sendable {
    var text: String
    var isCutOff = false
    /// A call of the tool that the request insists on.
    var tool: (name: String, arguments: JSONValue)?
    var promptTokens: Int
    var completionTokens: Int

    /// - Parameters:
    ///   - question: the last thing the user said.
    ///   - promptBytes: size of everything that was sent, for the token count.
    ///   - limit: most tokens of the answer, `nil` for no limit.
    init(provider: String, model: String, question: String, promptBytes: Int, limit: Int?) {
        let excerpt = question.count > 200 ? String(question.prefix(200)) + "…" : question
        text =
            "[Sandbox: simulated \(provider) model \(model), not a real one] You wrote: “\(excerpt)”. "
            + "A real model would answer here."
        promptTokens = max(1, promptBytes / 4)
        completionTokens = Self.tokens(text)
        if let limit, completionTokens > limit {
            text = String(text.prefix(max(1, limit) * 4))
            completionTokens = max(1, limit)
            isCutOff = true
        }
    }

    /// Answers in JSON of the wanted shape instead.
    mutating func become(_ value: JSONValue) {
        text = String(decoding: value.bytes, as: UTF8.self)
        completionTokens = Self.tokens(text)
        isCutOff = false
    }

    /// About four bytes a token: near enough for usage figures that mean nothing.
    private static func tokens(_ text: String) -> Int { max(1, text.utf8.count / 4) }

    /// The text in pieces of a word each, as models stream it.
    var pieces: [String] {
        var pieces: [String] = []
        var piece = ""
        for character in text {
            piece.append(character)
            if character == " " {
                pieces.append(piece)
                piece = ""
            }
        }
        return piece.isEmpty ? pieces : pieces + [piece]
    }
}

/// A value that fits a JSON schema: the first of an enumeration, else the smallest of its type.
func example(of schema: JSONValue?, depth: Int = 0) -> JSONValue {
    guard let schema, depth < 8 else { return .null }
    if let choice = schema["enum"]?.array?.first ?? schema["const"] { return choice }
    let type = schema["type"]?.string ?? schema["type"]?.array?.first?.string ?? "object"
    switch type.lowercased() {
    case "string": return "sandbox"
    case "integer": return .integer(schema["minimum"]?.integer ?? 1)
    case "number": return .number(schema["minimum"]?.double ?? 1)
    case "boolean": return true
    case "array": return .array([example(of: schema["items"], depth: depth + 1)])
    case "null": return .null
    default:
        guard case .object(let properties)? = schema["properties"] else { return .object([:]) }
        return .object(properties.mapValues { example(of: $0, depth: depth + 1) })
    }
}
