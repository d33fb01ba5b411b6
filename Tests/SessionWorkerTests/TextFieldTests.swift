import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker
@testable import WhatsAppWire

/// Whatever a stranger writes into whichever text field of whichever kind of message: it is kept as what it is, cut to its column, and
/// the next one comes in over the same connection.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TextFieldTests {
    /// One above the longest column, in what Postgres counts.
    private static let tooLong = 65_536 + 1

    static let texts: [(name: String, text: String)] = [
        ("NUL", "a\u{0}b"), ("four bytes", "𝕬𝖓𝖆 👩🏽‍🚀"), ("joiners", String(repeating: "👩‍👩‍👧‍👦", count: 300)),
        ("line ends", "one\r\ntwo\rthree\u{2028}four"), ("marks", "Z" + String(repeating: "\u{0301}", count: 2_000)),
        ("flags", String(repeating: "🇦🇨", count: tooLong / 2 + 1)),
        ("one above", String(repeating: "x", count: tooLong)),
        ("empty", ""), ("directions", "\u{202E}evil\u{2066}\u{200F}"),
    ]

    /// Every field of foreign text that a body or the mapper reads.
    private static let fields: [(name: String, type: String, write: @Sendable (inout WAMessage, String) -> Void)] = [
        ("conversation", "text", { $0.conversation = $1 }),
        ("extended text", "text", { $0.extendedTextMessage.text = $1 }),
        (
            "image caption", "image",
            {
                file(&$0.imageMessage.mediaKey); $0.imageMessage.caption = $1
            }
        ),
        (
            "image type", "image",
            {
                file(&$0.imageMessage.mediaKey); $0.imageMessage.mimetype = $1
            }
        ),
        (
            "video caption", "video",
            {
                file(&$0.videoMessage.mediaKey); $0.videoMessage.caption = $1
            }
        ),
        (
            "audio type", "audio",
            {
                file(&$0.audioMessage.mediaKey); $0.audioMessage.mimetype = $1
            }
        ),
        (
            "document name", "document",
            {
                file(&$0.documentMessage.mediaKey); $0.documentMessage.fileName = $1
            }
        ),
        (
            "document caption", "document",
            {
                file(&$0.documentMessage.mediaKey); $0.documentMessage.caption = $1
            }
        ),
        (
            "sticker type", "sticker",
            {
                file(&$0.stickerMessage.mediaKey); $0.stickerMessage.mimetype = $1
            }
        ),
        ("place", "location", { $0.locationMessage.name = $1 }),
        ("address", "location", { $0.locationMessage.address = $1 }),
        ("live place", "location", { $0.liveLocationMessage.caption = $1 }),
        ("contact", "contact", { $0.contactMessage.displayName = $1 }),
        ("vcard", "contact", { $0.contactMessage.vcard = $1 }),
        ("button id", "text", { $0.buttonsResponseMessage.selectedButtonID = $1 }),
        ("button text", "text", { $0.buttonsResponseMessage.selectedDisplayText = $1 }),
        ("list row", "text", { $0.listResponseMessage.singleSelectReply.selectedRowID = $1 }),
        ("list title", "text", { $0.listResponseMessage.title = $1 }),
        ("template id", "text", { $0.templateButtonReplyMessage.selectedID = $1 }),
        ("flow name", "text", { $0.interactiveResponseMessage.nativeFlowResponseMessage.name = $1 }),
        ("flow answer", "text", { $0.interactiveResponseMessage.nativeFlowResponseMessage.paramsJson = $1 }),
        ("invitation", "text", { $0.groupInviteMessage.groupName = $1 }),
        ("poll", "poll", { $0.pollCreationMessage.name = $1 }),
        (
            "reaction", "reaction",
            {
                $0.reactionMessage.key.remoteJid = "15550001111@s.whatsapp.net"
                $0.reactionMessage.key.id = "3A"
                $0.reactionMessage.text = $1
            }
        ),
    ]

    private static func file(_ key: inout Data) { key = Data(repeating: 1, count: 32) }

    @Test(arguments: texts.indices) func whateverAFieldHoldsItsMessageIsKept(_ index: Int) async throws {
        let text = Self.texts[index].text
        try await Self.with { installation, line in
            let eve = try await installation.server.contact("15554445555", name: "Eve")
            var ids: [String: (name: String, type: String)] = [:]
            for (number, field) in Self.fields.enumerated() {
                var message = WAMessage()
                field.write(&message, text)
                let id = "3EB0TEST\(number)"
                try await eve.send(OutgoingMessage(message), to: line, under: id)
                ids[id] = (field.name, field.type)
            }
            try await installation.acknowledged(line)
            let kept = Dictionary(
                try await installation.messages().map { ($0.providerID ?? "", $0) },
                uniquingKeysWith: { first, _ in first })
            for (id, field) in ids {
                let stored = kept[id]
                #expect(stored?.type == field.type, "\(field.name) with \(Self.texts[index].name)")
                #expect(stored.map { $0.body.unicodeScalars.count <= 65_536 } ?? false)
            }
        }
    }

    /// What stands around a message: who wrote it, in which group, under which id; and what an edit says.
    @Test(arguments: texts.indices) func whateverNamesHoldMessagesAreKept(_ index: Int) async throws {
        let text = Self.texts[index].text
        try await Self.with { installation, line in
            let eve = try await installation.server.contact("15554445555", name: text)
            let group = try await installation.server.makeGroup(text, members: [eve.number, line.number])
            try await eve.send(.text("in a group"), toGroup: group, under: "G\(text)")
            try await eve.send(.text("to you"), to: line, under: "P\(text)")
            let edited = try await eve.send("before", to: line)
            try await eve.send(Draft(edit: .init(id: edited, text: "edited \(text)")), to: line)
            try await installation.acknowledged(line)
            let bodies = try await installation.messages().map(\.body)
            #expect(bodies.count == 3)
            #expect(bodies.contains("to you") && bodies.contains { $0.hasPrefix("edited") })
            let hasNoName = text.cut(to: 500).isEmpty
            _ = try await eventually("the group's name") {
                try await installation.count(
                    "select count(*) as count from parley.whatsapp_groups where subject <> '' or \(hasNoName)") == 1
                    ? true : nil
            }
        }
    }

    /// Runs the body on a linked line; the next message must come in over the same connection.
    private static func with(_ body: @escaping @Sendable (Installation, LinkedLine) async throws -> Void) async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                let line = try await installation.link(channel, as: "15550001111")
                let before = await installation.server.remembered().last?.sequence ?? 0
                try await body(installation, line)
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                try await ana.send("still here", to: line)
                _ = try await installation.inbound("still here")
                let logins = await installation.server.remembered(after: before, limit: 5000).count {
                    $0.kind == .loggedIn
                }
                #expect(logins == 0, "the connection was not given up for it")
            }
        }
    }
}
