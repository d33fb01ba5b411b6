import Foundation
import Support
import SwiftProtobuf

@testable import WhatsAppWire

extension ForeignParser {
    /// What WhatsApp's server, and anybody who writes to a line, sends.
    static let whatsApp: [ForeignParser] = bytes + stanzas + texts

    private static let bytes: [ForeignParser] = [
        wire("node", shapes: [{ [0, 0xF9, UInt8($0 >> 10 & 255), 0] + Shape.repeated("\u{19}")($0) }, nested]) {
            _ = try? NodeReader.decode($0)
        },
        wire("compressed node") { bytes in _ = try? NodeReader.decode([2] + bytes) },
        wire("node's text again") { bytes in
            guard let node = try? NodeReader.decode(bytes) else { return }
            _ = (try? NodeWriter.encode(node), "\(node)")
        },
        wire("frames", shapes: [Shape.repeated("\0\0\u{1}a"), Shape.repeated("\0\0\0")]) { bytes in
            var reader = FrameReader(limit: 1 << 20)
            var rest = bytes[...]
            while !rest.isEmpty {
                reader.append(rest.prefix(1_000))
                rest = rest.dropFirst(1_000)
                while let frame = try? reader.next() { _ = frame }
            }
        },
        wire("opening") { bytes in
            var bytes = bytes
            _ = try? Intro.strip(&bytes)
        },
        wire("message") { _ = try? ReceivedMessage($0) },
        wire("padded message") { _ = try? ReceivedMessage(padded: $0) },
        wire("history") { _ = try? HistorySync.parse($0, limit: 1 << 20) },
        wire("Signal message") { _ = try? SignalMessage($0) },
        wire("Signal's first message") { _ = try? PreKeySignalMessage($0) },
        wire("sender key's message") { _ = try? SenderKeyMessage($0) },
        wire("sender key") { _ = try? SenderKeyDistribution($0) },
        wire("stored session") { _ = try? SessionRecord(serialized: $0) },
        wire("stored sender key") { _ = try? SenderKeyRecord(serialized: $0) },
        wire("stored credentials") { _ = try? Credentials(serialized: $0) },
        wire("stored account") { _ = try? LinkedAccount(serialized: $0) },
        wire("login's payload") { _ = try? ClientPayload($0) },
        wire("server's certificates") { _ = try? WACertChain(serializedBytes: $0) },
        wire("server's greeting") { _ = try? WAHandshakeMessage(serializedBytes: $0) },
    ]

    private static let stanzas: [ForeignParser] = [
        stanza("stanza of a message") { _ = try? MessageStanza($0) },
        stanza("stanza for a line") { _ = try? IncomingMessage($0, account: account) },
        stanza("receipt") { _ = try? Receipt($0) },
        stanza("request for a retry") { _ = try? RetryRequest($0) },
        stanza("notification") { _ = Notification($0) },
        stanza("devices") { _ = Usync.parse($0) },
        stanza("keys") { _ = PreKeyStanzas.parse($0) },
        stanza("group") { _ = try? GroupInfo($0, asked: JID(user: "1", server: .group)) },
        stanza("media servers") { _ = try? MediaConnection($0) },
        stanza("acknowledgement of the server") { _ = ServerAck($0) },
        stanza("ending") { _ = Ending($0) },
    ]

    private static let texts: [ForeignParser] = [
        .text(
            "address", ["15551234567:3@s.whatsapp.net", "1-2@g.us"],
            shapes: [Shape.repeated("@"), Shape.repeated("1:")]
        ) {
            _ = JID($0)?.description
        },
        .text("scanned code", ["a,b,c,d"], shapes: [Shape.repeated(",")]) { _ = PairingQR(scanned: $0) },
        .text("typed code", ["ABCD-1234"]) { _ = PairingCode(typed: $0) },
        .text("version", ["2.3000.1023"]) { _ = ClientVersion($0) },
    ]

    private static let account: LinkedAccount = {
        var dice = SeededGenerator(seed: 1)
        return LinkedAccount(
            jid: .phoneNumber("1555", device: 3), lid: .hiddenUser("77", device: 3), signedIdentity: [],
            accountSignatureKey: KeyPair.generate(using: &dice).publicKey, keyIndex: 1, platform: nil, businessName: nil
        )
    }()

    private static func wire(
        _ name: String, shapes: [@Sendable (Int) -> [UInt8]] = [], _ read: @escaping @Sendable ([UInt8]) -> Void
    ) -> ForeignParser {
        ForeignParser(name, samples: vectors, shapes: shapes, read: read)
    }

    private static func stanza(_ name: String, _ read: @escaping @Sendable (Node) -> Void) -> ForeignParser {
        ForeignParser(name, samples: vectors, shapes: [children]) { bytes in
            if let node = try? NodeReader.decode(bytes) { read(node) }
        }
    }

    /// Lists within lists.
    private static func nested(_ count: Int) -> [UInt8] {
        [0] + [UInt8](repeatElement([0xF8, 2, 0x19, 0xF8, 1] as [UInt8], count: count / 5).joined())
    }

    /// One stanza with as many children as there is room for.
    private static func children(_ count: Int) -> [UInt8] {
        let children = (0..<min(60_000, count / 12)).map { Node("item", ["id": .text("i\($0)")]) }
        return (try? NodeWriter.encode(Node("receipt", ["id": "a", "from": .jid(.service)], children: children))) ?? []
    }

    /// Every long hexadecimal text of every vector: whatever one of them is, to the others it is a neighbour.
    private static let vectors: [[UInt8]] = {
        let folder = ProjectRoot.path + "/Tests/Vectors"
        let names = ["binary-node", "noise", "pairing", "poll-vote", "sender-key", "signal-session", "media"]
        return names.flatMap { name -> [[UInt8]] in
            let text = (try? String(contentsOfFile: "\(folder)/\(name).json", encoding: .utf8)) ?? ""
            return text.matches(of: #/"((?:[0-9a-f]{2}){8,4000})"/#).prefix(60).map { bytes(ofHex: $0.1) }
        }
    }()

    private static func bytes(ofHex text: Substring) -> [UInt8] {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
