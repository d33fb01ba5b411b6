/// A file that a message points to: where it is, and what opens it.
package struct EncryptedMedia: Sendable, Equatable {
    package var kind: MediaKind
    package var mimeType: String
    /// Joined to a known media host. The URL in messages is never trusted.
    package var directPath: String
    package var url: String?
    package var mediaKey: [UInt8]
    package var digest: MediaDigest
    package var caption: String?
    package var fileName: String?
    /// Of audio and video.
    package var seconds: UInt32?
    package var width: UInt32?
    package var height: UInt32?
    package var thumbnail: [UInt8]?
    package var isVoiceNote = false
    package var isGIF = false
    /// A round video note.
    package var isVideoNote = false
    package var isAnimated = false

    package init(kind: MediaKind, mimeType: String, directPath: String, mediaKey: [UInt8], digest: MediaDigest) {
        self.kind = kind
        self.mimeType = mimeType
        self.directPath = directPath
        self.mediaKey = mediaKey
        self.digest = digest
    }

    /// The `mediatype` of the stanza's `enc`.
    package var stanzaType: String {
        switch kind {
        case .video where isGIF: "gif"
        case .audio where isVoiceNote: "ptt"
        default: kind.rawValue
        }
    }
}
