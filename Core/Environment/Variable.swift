/// One environment variable: its name, what it means, what happens without it. Everything that is read from the environment
/// is declared here and nowhere else; `parley environment` prints the list.
package struct Variable: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case text
        /// A decimal number.
        case number(ClosedRange<Double>)
        /// A whole number.
        case whole(ClosedRange<Int>)
        /// `1` switches it on; anything else leaves it off.
        case flag
        /// One of these words.
        case word([String])
    }

    package enum Reader: String, Sendable, Hashable {
        /// `parley up` and its other commands.
        case runner = "parley"
        case functions
        /// The processes that run as long as the host: WhatsApp Web lines and live updates.
        case persistent = "persistent processes"
    }

    package let name: String
    package let kind: Kind
    /// For people; begins small, ends without a full stop.
    package let meaning: String
    /// What counts when it is unset.
    package let fallback: String?
    /// What happens when it is unset, where no single value says it.
    package let otherwise: String?
    /// Its value is never shown, and only processes that declare it get it.
    package let isSecret: Bool
    package let readers: [Reader]

    init(
        _ name: String, as kind: Kind = .text, _ meaning: String, fallback: String? = nil, otherwise: String? = nil,
        isSecret: Bool = false, readers: [Reader] = [.functions]
    ) {
        self.name = name
        self.kind = kind
        self.meaning = meaning
        self.fallback = fallback
        self.otherwise = otherwise
        self.isSecret = isSecret
        self.readers = readers
    }
}

// MARK: Reading

extension Variable {
    /// The value, else the fallback. An unset and an empty variable are the same thing.
    package func text(in environment: [String: String]) -> String? {
        set(in: environment) ?? fallback
    }

    package func isOn(in environment: [String: String]) -> Bool {
        text(in: environment) == "1"
    }

    /// - Throws: `VariableError` when it holds something else, or nothing and has no fallback.
    package func number<Value: LosslessStringConvertible>(in environment: [String: String]) throws(VariableError)
        -> Value
    {
        guard let text = text(in: environment) else { throw .missing(name) }
        guard problem(with: text) == nil, let value = Value(text) else { throw .malformed(name) }
        return value
    }

    /// What the environment itself says; `nil` when it says nothing.
    package func set(in environment: [String: String]) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What is wrong with the value, in words that don't repeat it; `nil` when it can be read or is unset.
    package func problem(in environment: [String: String]) -> String? {
        set(in: environment).flatMap(problem)
    }

    private func problem(with text: String) -> String? {
        switch kind {
        case .number(let range):
            let (least, most) = (range.lowerBound, range.upperBound)
            return Double(text).map(range.contains) == true ? nil : "\(name) must be a number from \(least) to \(most)"
        case .whole(let range):
            let (least, most) = (range.lowerBound, range.upperBound)
            return Int(text).map(range.contains) == true
                ? nil : "\(name) must be a whole number from \(least) to \(most)"
        case .flag: return ["0", "1"].contains(text) ? nil : "\(name) must be 0 or 1"
        case .word(let words):
            return words.contains(text)
                ? nil : "\(name) must be \(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")"
        case .text: return nil
        }
    }
}

package enum VariableError: Error, Sendable, Equatable, CustomStringConvertible {
    case missing(String)
    case malformed(String)

    package var description: String {
        switch self {
        case .missing(let name): "\(name) is not set"
        case .malformed(let name): "\(name) is malformed"
        }
    }
}
