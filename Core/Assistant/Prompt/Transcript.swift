package import Domain

/// One line of a conversation, before it becomes a model's message.
package struct TranscriptLine: Sendable, Equatable {
    package var isCustomer: Bool
    package var text: String
    package var media: [MediaReference]

    package init(isCustomer: Bool, text: String, media: [MediaReference] = []) {
        self.isCustomer = isCustomer
        self.text = text
        self.media = media
    }
}

package enum Transcript {
    /// Characters of one line a model sees.
    private static let longestLine = 4000

    /// The last `limit` lines, oldest first. Files are named, not shown: the model must not pretend to have seen them.
    package static func messages(_ lines: [TranscriptLine], limit: Int) -> [ModelMessage] {
        lines.suffix(max(1, limit)).compactMap { line in
            let files = line.media.map {
                "[\($0.contentType.prefix { $0 != "/" && $0 != ";" }) attached; you can't see it]"
            }
            let text = ([String(line.text.prefix(longestLine))] + files).filter { !$0.trimmed.isEmpty }.joined(
                separator: "\n")
            return text.isEmpty ? nil : ModelMessage(role: line.isCustomer ? .user : .assistant, text: text)
        }
    }

    /// What the customer wrote since the business last did: the question of this turn.
    package static func question(_ lines: [TranscriptLine]) -> String {
        lines.suffix(while: \.isCustomer).map(\.text).joined(separator: "\n").trimmed
    }
}

extension [TranscriptLine] {
    fileprivate func suffix(while matches: (TranscriptLine) -> Bool) -> ArraySlice<TranscriptLine> {
        let start = lastIndex { !matches($0) }.map { $0 + 1 } ?? startIndex
        return self[start...]
    }
}
