import FoundationEssentials
import SwiftProtobuf

/// What messages of every kind say about their file.
private protocol FileMessage: SwiftProtobuf.Message {
    var url: String { get set }
    var hasURL: Bool { get }
    var mimetype: String { get set }
    var fileSha256: Data { get set }
    var fileLength: UInt64 { get set }
    var mediaKey: Data { get set }
    var fileEncSha256: Data { get set }
    var directPath: String { get set }
    var mediaKeyTimestamp: Int64 { get set }
    var contextInfo: WAContextInfo { get set }
}

extension WAImageMessage: FileMessage {}
extension WAVideoMessage: FileMessage {}
extension WAAudioMessage: FileMessage {}
extension WADocumentMessage: FileMessage {}
extension WAStickerMessage: FileMessage {}

// MARK: Reading

extension EncryptedMedia {
    private init(_ message: some FileMessage, kind: MediaKind) {
        self.init(
            kind: kind, mimeType: message.mimetype, directPath: message.directPath, mediaKey: Array(message.mediaKey),
            digest: MediaDigest(
                sha256: Array(message.fileSha256), encryptedSHA256: Array(message.fileEncSha256),
                length: Int(clamping: message.fileLength)))
        url = message.hasURL ? message.url : nil
    }

    init(_ image: WAImageMessage) {
        self.init(image, kind: .image)
        caption = image.hasCaption ? image.caption : nil
        width = image.hasWidth ? image.width : nil
        height = image.hasHeight ? image.height : nil
        thumbnail = image.hasJpegThumbnail ? Array(image.jpegThumbnail) : nil
    }

    init(_ video: WAVideoMessage, isNote: Bool) {
        self.init(video, kind: .video)
        caption = video.hasCaption ? video.caption : nil
        seconds = video.hasSeconds ? video.seconds : nil
        width = video.hasWidth ? video.width : nil
        height = video.hasHeight ? video.height : nil
        thumbnail = video.hasJpegThumbnail ? Array(video.jpegThumbnail) : nil
        isGIF = video.gifPlayback
        isVideoNote = isNote
    }

    init(_ audio: WAAudioMessage) {
        self.init(audio, kind: .audio)
        seconds = audio.hasSeconds ? audio.seconds : nil
        isVoiceNote = audio.ptt
    }

    init(_ document: WADocumentMessage) {
        self.init(document, kind: .document)
        caption = document.hasCaption ? document.caption : nil
        fileName = document.hasFileName ? document.fileName : document.hasTitle ? document.title : nil
        thumbnail = document.hasJpegThumbnail ? Array(document.jpegThumbnail) : nil
    }

    init(_ sticker: WAStickerMessage) {
        self.init(sticker, kind: .sticker)
        width = sticker.hasWidth ? sticker.width : nil
        height = sticker.hasHeight ? sticker.height : nil
        isAnimated = sticker.isAnimated
    }
}

// MARK: Writing

extension EncryptedMedia {
    /// The message that carries this file; nil for kinds that are not sent as one.
    func message(timestamp: Int64, context: WAContextInfo?) -> WAMessage? {
        switch kind {
        case .image: .with { $0.imageMessage = image(timestamp, context) }
        case .video where isVideoNote: .with { $0.ptvMessage = video(timestamp, context) }
        case .video: .with { $0.videoMessage = video(timestamp, context) }
        case .audio: .with { $0.audioMessage = audio(timestamp, context) }
        case .sticker: .with { $0.stickerMessage = sticker(timestamp, context) }
        case .document where caption != nil:
            .with { $0.documentWithCaptionMessage.message.documentMessage = document(timestamp, context) }
        case .document: .with { $0.documentMessage = document(timestamp, context) }
        case .history, .appState, .linkThumbnail, .stickerPack: nil
        }
    }

    private func file<Message: FileMessage>(
        _ timestamp: Int64, _ context: WAContextInfo?, _ rest: (inout Message) -> Void
    ) -> Message {
        .with {
            if let url { $0.url = url }
            $0.mimetype = mimeType
            $0.fileSha256 = Data(digest.sha256)
            $0.fileLength = UInt64(digest.length)
            $0.mediaKey = Data(mediaKey)
            $0.fileEncSha256 = Data(digest.encryptedSHA256)
            $0.directPath = directPath
            $0.mediaKeyTimestamp = timestamp
            if let context { $0.contextInfo = context }
            rest(&$0)
        }
    }

    private func image(_ timestamp: Int64, _ context: WAContextInfo?) -> WAImageMessage {
        file(timestamp, context) {
            if let caption { $0.caption = caption }
            if let height { $0.height = height }
            if let width { $0.width = width }
            if let thumbnail { $0.jpegThumbnail = Data(thumbnail) }
        }
    }

    private func video(_ timestamp: Int64, _ context: WAContextInfo?) -> WAVideoMessage {
        file(timestamp, context) {
            if let caption { $0.caption = caption }
            if let seconds { $0.seconds = seconds }
            if let height { $0.height = height }
            if let width { $0.width = width }
            if isGIF { $0.gifPlayback = true }
            if let thumbnail { $0.jpegThumbnail = Data(thumbnail) }
        }
    }

    private func audio(_ timestamp: Int64, _ context: WAContextInfo?) -> WAAudioMessage {
        file(timestamp, context) {
            if let seconds { $0.seconds = seconds }
            if isVoiceNote { $0.ptt = true }
        }
    }

    private func document(_ timestamp: Int64, _ context: WAContextInfo?) -> WADocumentMessage {
        file(timestamp, context) {
            if let fileName {
                $0.title = fileName
                $0.fileName = fileName
            }
            if let caption { $0.caption = caption }
            if let thumbnail { $0.jpegThumbnail = Data(thumbnail) }
        }
    }

    private func sticker(_ timestamp: Int64, _ context: WAContextInfo?) -> WAStickerMessage {
        file(timestamp, context) {
            if let height { $0.height = height }
            if let width { $0.width = width }
            if isAnimated { $0.isAnimated = true }
        }
    }
}
