import Domain

/// A message as a model reads it. What isn't text is named, not shown: the model must not pretend to have seen it.
enum LineInWords {
    static func of(_ line: TranscriptLine, upTo limit: Int) -> String {
        let text = String(line.text.prefix(limit))
        let isSilent = text.trimmed.isEmpty
        if line.type == .reaction {
            return isSilent ? "[a reaction to a message was taken back]" : "[reacted to a message with \(text.trimmed)]"
        }
        var words = isSilent ? [] : [text]
        if let kind = kind(line.type) { words.insert("[\(kind)]", at: 0) }
        words += line.media.map { "[\(name(of: $0, in: line.type)) attached; you can't see it]" }
        return words.isEmpty ? "[\(nothing(line.type))]" : words.joined(separator: "\n")
    }

    /// What stands in words, but means more than these.
    private static func kind(_ type: MessageType) -> String? {
        switch type {
        case .location: "a location was shared"
        case .contact: "a contact was shared"
        case .poll: "a poll"
        case .text, .image, .video, .audio, .document, .buttons, .sticker, .reaction, .unsupported: nil
        }
    }

    private static func name(of media: MediaReference, in type: MessageType) -> String {
        guard type != .sticker else { return "sticker" }
        let kind = media.contentType.prefix { $0 != "/" && $0 != ";" }
        return ["image", "video", "audio"].contains(kind.lowercased()) ? kind.lowercased() : "file"
    }

    private static func nothing(_ type: MessageType) -> String {
        switch type {
        case .image, .video, .document, .sticker:
            "a \(type.rawValue == "image" ? "picture" : type.rawValue) that you can't see"
        case .audio: "a voice message that you can't hear"
        case .buttons: "a button was pressed"
        case .text: "an empty message"
        case .location, .contact, .poll, .reaction, .unsupported: "a message that can't be shown"
        }
    }
}
