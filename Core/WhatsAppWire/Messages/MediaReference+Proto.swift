import FoundationEssentials
import SwiftProtobuf

extension MediaReference {
    init(_ image: WAImageMessage) {
        self.init(
            kind: .image, mimeType: image.mimetype, directPath: image.directPath, mediaKey: Array(image.mediaKey),
            digest: MediaDigest(image.fileSha256, image.fileEncSha256, image.fileLength))
        url = image.hasURL ? image.url : nil
        caption = image.hasCaption ? image.caption : nil
        width = image.hasWidth ? image.width : nil
        height = image.hasHeight ? image.height : nil
        thumbnail = image.hasJpegThumbnail ? Array(image.jpegThumbnail) : nil
    }

    init(_ video: WAVideoMessage, isNote: Bool) {
        self.init(
            kind: .video, mimeType: video.mimetype, directPath: video.directPath, mediaKey: Array(video.mediaKey),
            digest: MediaDigest(video.fileSha256, video.fileEncSha256, video.fileLength))
        url = video.hasURL ? video.url : nil
        caption = video.hasCaption ? video.caption : nil
        seconds = video.hasSeconds ? video.seconds : nil
        width = video.hasWidth ? video.width : nil
        height = video.hasHeight ? video.height : nil
        thumbnail = video.hasJpegThumbnail ? Array(video.jpegThumbnail) : nil
        isGIF = video.gifPlayback
        isVideoNote = isNote
    }

    init(_ audio: WAAudioMessage) {
        self.init(
            kind: .audio, mimeType: audio.mimetype, directPath: audio.directPath, mediaKey: Array(audio.mediaKey),
            digest: MediaDigest(audio.fileSha256, audio.fileEncSha256, audio.fileLength))
        url = audio.hasURL ? audio.url : nil
        seconds = audio.hasSeconds ? audio.seconds : nil
        isVoiceNote = audio.ptt
    }

    init(_ document: WADocumentMessage) {
        self.init(
            kind: .document, mimeType: document.mimetype, directPath: document.directPath,
            mediaKey: Array(document.mediaKey),
            digest: MediaDigest(document.fileSha256, document.fileEncSha256, document.fileLength))
        url = document.hasURL ? document.url : nil
        caption = document.hasCaption ? document.caption : nil
        fileName = document.hasFileName ? document.fileName : document.hasTitle ? document.title : nil
        thumbnail = document.hasJpegThumbnail ? Array(document.jpegThumbnail) : nil
    }

    init(_ sticker: WAStickerMessage) {
        self.init(
            kind: .sticker, mimeType: sticker.mimetype, directPath: sticker.directPath,
            mediaKey: Array(sticker.mediaKey),
            digest: MediaDigest(sticker.fileSha256, sticker.fileEncSha256, sticker.fileLength))
        url = sticker.hasURL ? sticker.url : nil
        width = sticker.hasWidth ? sticker.width : nil
        height = sticker.hasHeight ? sticker.height : nil
        isAnimated = sticker.isAnimated
    }

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

    private func image(_ timestamp: Int64, _ context: WAContextInfo?) -> WAImageMessage {
        .with {
            if let url { $0.url = url }
            $0.mimetype = mimeType
            if let caption { $0.caption = caption }
            $0.fileSha256 = Data(digest.sha256)
            $0.fileLength = UInt64(digest.length)
            if let height { $0.height = height }
            if let width { $0.width = width }
            $0.mediaKey = Data(mediaKey)
            $0.fileEncSha256 = Data(digest.encryptedSHA256)
            $0.directPath = directPath
            $0.mediaKeyTimestamp = timestamp
            if let thumbnail { $0.jpegThumbnail = Data(thumbnail) }
            if let context { $0.contextInfo = context }
        }
    }

    private func video(_ timestamp: Int64, _ context: WAContextInfo?) -> WAVideoMessage {
        .with {
            if let url { $0.url = url }
            $0.mimetype = mimeType
            if let caption { $0.caption = caption }
            $0.fileSha256 = Data(digest.sha256)
            $0.fileLength = UInt64(digest.length)
            if let seconds { $0.seconds = seconds }
            if let height { $0.height = height }
            if let width { $0.width = width }
            if isGIF { $0.gifPlayback = true }
            $0.mediaKey = Data(mediaKey)
            $0.fileEncSha256 = Data(digest.encryptedSHA256)
            $0.directPath = directPath
            $0.mediaKeyTimestamp = timestamp
            if let thumbnail { $0.jpegThumbnail = Data(thumbnail) }
            if let context { $0.contextInfo = context }
        }
    }

    private func audio(_ timestamp: Int64, _ context: WAContextInfo?) -> WAAudioMessage {
        .with {
            if let url { $0.url = url }
            $0.mimetype = mimeType
            $0.fileSha256 = Data(digest.sha256)
            $0.fileLength = UInt64(digest.length)
            if let seconds { $0.seconds = seconds }
            if isVoiceNote { $0.ptt = true }
            $0.mediaKey = Data(mediaKey)
            $0.fileEncSha256 = Data(digest.encryptedSHA256)
            $0.directPath = directPath
            $0.mediaKeyTimestamp = timestamp
            if let context { $0.contextInfo = context }
        }
    }

    private func document(_ timestamp: Int64, _ context: WAContextInfo?) -> WADocumentMessage {
        .with {
            if let url { $0.url = url }
            $0.mimetype = mimeType
            if let fileName {
                $0.title = fileName
                $0.fileName = fileName
            }
            if let caption { $0.caption = caption }
            $0.fileSha256 = Data(digest.sha256)
            $0.fileLength = UInt64(digest.length)
            $0.mediaKey = Data(mediaKey)
            $0.fileEncSha256 = Data(digest.encryptedSHA256)
            $0.directPath = directPath
            $0.mediaKeyTimestamp = timestamp
            if let thumbnail { $0.jpegThumbnail = Data(thumbnail) }
            if let context { $0.contextInfo = context }
        }
    }

    private func sticker(_ timestamp: Int64, _ context: WAContextInfo?) -> WAStickerMessage {
        .with {
            if let url { $0.url = url }
            $0.mimetype = mimeType
            $0.fileSha256 = Data(digest.sha256)
            $0.fileLength = UInt64(digest.length)
            if let height { $0.height = height }
            if let width { $0.width = width }
            if isAnimated { $0.isAnimated = true }
            $0.mediaKey = Data(mediaKey)
            $0.fileEncSha256 = Data(digest.encryptedSHA256)
            $0.directPath = directPath
            $0.mediaKeyTimestamp = timestamp
            if let context { $0.contextInfo = context }
        }
    }
}

extension MediaDigest {
    fileprivate init(_ sha256: Data, _ encrypted: Data, _ length: UInt64) {
        self.init(sha256: Array(sha256), encryptedSHA256: Array(encrypted), length: Int(clamping: length))
    }
}
