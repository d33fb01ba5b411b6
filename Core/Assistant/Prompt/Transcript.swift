package import Domain

/// One line of a conversation, before it becomes a model's message.
package struct TranscriptLine: Sendable, Equatable {
    package var isCustomer: Bool
    package var text: String
    package var type: MessageType
    package var media: [MediaReference]

    package init(isCustomer: Bool, text: String, type: MessageType = .text, media: [MediaReference] = []) {
        self.isCustomer = isCustomer
        self.text = text
        self.type = type
        self.media = media
    }
}

package enum Transcript {
    /// Characters of one line a model sees.
    private static let longestLine = 4000

    /// The last `limit` lines, oldest first; none of them is empty.
    package static func messages(_ lines: [TranscriptLine], limit: Int) -> [ModelMessage] {
        lines.suffix(max(1, limit)).map { line in
            ModelMessage(role: line.isCustomer ? .user : .assistant, text: LineInWords.of(line, upTo: longestLine))
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
