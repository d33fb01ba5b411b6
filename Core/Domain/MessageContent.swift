/// What a message says beside its type and its words, column `messages.content`. At most one of them makes sense at a time,
/// except a quote and a file's name, which go with others.
package struct MessageContent: Sendable, Equatable, Codable {
    package struct Poll: Sendable, Equatable, Codable {
        /// 2 to 12; the question is the message's text.
        package var options: [String]
        /// How many may be chosen; 0 for any number.
        package var selectable: Int

        package init(options: [String], selectable: Int) {
            self.options = options
            self.selectable = selectable
        }
    }

    package var poll: Poll?
    /// The message that gets the emoji in the text; an empty text takes it back.
    package var reactionTo: MessageID?
    /// The message of ours whose words the text replaces.
    package var editOf: MessageID?
    /// The message it answers visibly.
    package var quoteOf: MessageID?
    /// Shown for a document.
    package var filename: String?

    package init(
        poll: Poll? = nil, reactionTo: MessageID? = nil, editOf: MessageID? = nil, quoteOf: MessageID? = nil,
        filename: String? = nil
    ) {
        self.poll = poll
        self.reactionTo = reactionTo
        self.editOf = editOf
        self.quoteOf = quoteOf
        self.filename = filename
    }

    private enum CodingKeys: String, CodingKey {
        case poll
        case reactionTo = "reaction_to"
        case editOf = "edit_of"
        case quoteOf = "quote_of"
        case filename
    }
}
