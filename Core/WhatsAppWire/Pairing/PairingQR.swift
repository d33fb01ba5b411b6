/// The text of a QR code that links this device. Whoever scans it may link: show it to the
/// signed-in operator only.
package struct PairingQR: Sendable, Equatable {
    private static let prefix = "https://wa.me/settings/linked_devices#"

    package let ref: String
    package let noiseKey: PublicKey
    package let identity: PublicKey
    package let advSecret: [UInt8]
    /// `1` Chrome ... `9` other web client.
    package let platform: String

    package init(ref: String, credentials: Credentials, platform: String = "1") {
        self.ref = ref
        noiseKey = credentials.noiseKey.publicKey
        identity = credentials.identityKey.publicKey
        advSecret = credentials.advSecret
        self.platform = platform
    }

    package var text: String { "\(Self.prefix)\(legacyText),\(platform)" }

    /// As phones expected it before 2026.
    package var legacyText: String {
        [ref, Base64.encode(noiseKey.bytes), Base64.encode(identity.bytes), Base64.encode(advSecret)]
            .joined(separator: ",")
    }

    /// What a phone reads off the code, in either form.
    package init?(scanned text: String) {
        let body = text.hasPrefix(Self.prefix) ? text.dropFirst(Self.prefix.count) : text[...]
        let parts = body.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4 || parts.count == 5, !parts[0].isEmpty,
            let noise = Base64.decode(parts[1]), let noiseKey = try? PublicKey(noise),
            let identityBytes = Base64.decode(parts[2]), let identity = try? PublicKey(identityBytes),
            let secret = Base64.decode(parts[3]), secret.count == 32
        else { return nil }
        ref = parts[0]
        self.noiseKey = noiseKey
        self.identity = identity
        advSecret = secret
        platform = parts.count == 5 ? parts[4] : "0"
    }
}

/// The codes of one connection, one after the other: push each to whoever is looking, because the old one no longer works.
package struct QRRotation: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        /// Show this and come back after so many seconds.
        case show(text: String, seconds: Int)
        /// Close and connect again for new ones.
        case startOver
    }

    private static let firstSeconds = 60
    private static let furtherSeconds = 20

    private var texts: [String]
    private var isFirst = true

    package init(refs: [String], credentials: Credentials) {
        texts = refs.map { PairingQR(ref: $0, credentials: credentials).text }
    }

    package mutating func next() -> Action {
        guard !texts.isEmpty else { return .startOver }
        defer { isFirst = false }
        return .show(text: texts.removeFirst(), seconds: isFirst ? Self.firstSeconds : Self.furtherSeconds)
    }
}
