/// What a browser shows without running anything. The sender chose the name, so only these are repeated; SVG and whatever
/// else ends in `+xml` is a program.
struct ShownType: Sendable {
    private static let harmless: Set<String> = [
        "application/pdf",
        "audio/aac", "audio/amr", "audio/m4a", "audio/mp3", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/opus",
        "audio/wav", "audio/webm", "audio/x-m4a", "audio/x-wav",
        "image/avif", "image/bmp", "image/gif", "image/heic", "image/heif", "image/jpeg", "image/jpg", "image/png",
        "image/webp",
        "video/3gpp", "video/mp4", "video/mpeg", "video/ogg", "video/quicktime", "video/webm",
    ]

    /// Lower case, without parameters.
    let name: String

    /// - Parameter contentType: as its sender wrote it: `audio/ogg; codecs=opus`.
    /// - Returns: `nil` for what has to be a download.
    init?(_ contentType: String) {
        let essence = contentType.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard Self.harmless.contains(essence) else { return nil }
        name = essence
    }
}
