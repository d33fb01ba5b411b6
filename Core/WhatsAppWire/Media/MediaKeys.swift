/// What a file is, for its keys and for the servers that keep it.
package enum MediaKind: String, Sendable, CaseIterable {
    case image, sticker, video, audio, document, history, appState, linkThumbnail, stickerPack

    var keyInfo: String {
        switch self {
        case .image, .sticker: "WhatsApp Image Keys"
        case .video: "WhatsApp Video Keys"
        case .audio: "WhatsApp Audio Keys"
        case .document: "WhatsApp Document Keys"
        case .history: "WhatsApp History Keys"
        case .appState: "WhatsApp App State Keys"
        case .linkThumbnail: "WhatsApp Link Thumbnail Keys"
        case .stickerPack: "WhatsApp Sticker Pack Keys"
        }
    }

    /// The name in media URLs, as `mms-type` and as path.
    package var serverName: String {
        switch self {
        case .image, .sticker: "image"
        case .video: "video"
        case .audio: "audio"
        case .document: "document"
        case .history: "md-msg-hist"
        case .appState: "md-app-state"
        case .linkThumbnail: "thumbnail-link"
        case .stickerPack: "sticker-pack"
        }
    }
}

package enum MediaError: Error, Equatable, Sendable {
    /// The media key is not 32 bytes.
    case badKey
    /// Too short, or not whole blocks.
    case malformed
    /// Not the file that was announced.
    case wrongEncryptedHash
    case badMAC
    case badPadding
    case wrongHash
    case wrongLength
    /// Larger than the caller takes.
    case tooLarge(limit: Int)
    case outOfOrder
}

struct MediaKeys: Equatable {
    let iv: [UInt8]
    let cipherKey: [UInt8]
    let macKey: [UInt8]
    let referenceKey: [UInt8]

    init(_ mediaKey: [UInt8], kind: MediaKind) throws(MediaError) {
        guard mediaKey.count == 32 else { throw .badKey }
        let output = Digest.hkdf(mediaKey, info: kind.keyInfo, count: 112)
        iv = Array(output[..<16])
        cipherKey = Array(output[16..<48])
        macKey = Array(output[48..<80])
        referenceKey = Array(output[80...])
    }
}

/// What a message says about its file.
package struct MediaDigest: Sendable, Equatable {
    /// Of the plain file.
    package let sha256: [UInt8]
    /// Of the encrypted file with its MAC, as uploaded.
    package let encryptedSHA256: [UInt8]
    /// Of the plain file.
    package let length: Int

    package init(sha256: [UInt8], encryptedSHA256: [UInt8], length: Int) {
        self.sha256 = sha256
        self.encryptedSHA256 = encryptedSHA256
        self.length = length
    }

    /// Names the file on the media servers.
    package var uploadToken: String { Base64.encodeURLSafe(encryptedSHA256) }
}
