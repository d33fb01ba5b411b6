import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer
import WhatsAppWire

@testable import SessionWorker

/// A message is its author's: nobody else changes it, takes it back, or keeps it out by using its id first.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AuthorTests {
    private struct Scene: Sendable {
        let installation: Installation
        let line: LinkedLine
        let ana: Contact
        let eve: Contact
    }

    private func with(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                let line = try await installation.link(channel, as: "15550001111")
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                let eve = try await installation.server.contact("15554445555", name: "Eve")
                try await body(Scene(installation: installation, line: line, ana: ana, eve: eve))
            }
        }
    }

    @Test func aMemberOfAGroupChangesNobodyElsesMessage() async throws {
        try await with { scene in
            let group = try await scene.installation.server.makeGroup(
                "Regulars", members: [scene.ana.number, scene.eve.number, scene.line.number])
            let id = try await scene.ana.send("Meet at nine.", toGroup: group)
            _ = try await scene.installation.inbound("Ana: Meet at nine.")
            try await scene.eve.send(Draft(edit: .init(id: id, text: "Meet at eleven.")), toGroup: group)
            try await scene.eve.send(Draft(revoke: id), toGroup: group)
            try await scene.eve.send("Bye.", toGroup: group)
            _ = try await scene.installation.inbound("Eve: Bye.")
            let kept = try await scene.installation.messages().first { $0.providerID == id }
            #expect(kept?.body == "Ana: Meet at nine.")
            try await scene.ana.send(Draft(edit: .init(id: id, text: "Meet at ten.")), toGroup: group)
            _ = try await scene.installation.inbound("Meet at ten.")
            try await scene.ana.send(Draft(revoke: id), toGroup: group)
            _ = try await scene.installation.inbound("")
        }
    }

    /// By whichever of her names the edit comes.
    @Test func anAuthorIsKnownByBothNames() async throws {
        try await with { scene in
            let line = scene.line
            let bo = try await scene.installation.server.contact("15556667777", name: "Bo", appearance: .phoneNumber)
            let id = try await bo.send("By number", to: line)
            _ = try await scene.installation.inbound("By number")
            try await bo.appear(as: .hiddenUser)
            try await bo.send(Draft(edit: .init(id: id, text: "By hidden id")), to: line)
            _ = try await scene.installation.inbound("By hidden id")
        }
    }

    /// Each client makes its own ids, and everybody in a group sees them.
    @Test func anIDThatSomebodyElseUsedKeepsNoMessageOut() async throws {
        try await with { scene in
            let id = "3EB0AAAAAAAAAAAAAAAAAA"
            try await scene.eve.send(.text("first under this id"), to: scene.line, under: id)
            _ = try await scene.installation.inbound("first under this id")
            try await scene.ana.send(.text("hers under this id"), to: scene.line, under: id)
            _ = try await scene.installation.inbound("hers under this id")
            try await scene.ana.send(.text("the same again"), to: scene.line, under: id)
            try await scene.ana.send("done", to: scene.line)
            _ = try await scene.installation.inbound("done")
            let bodies = try await scene.installation.messages().map(\.body)
            #expect(bodies == ["first under this id", "hers under this id", "done"], "a repeat is none of its own")
        }
    }

    /// What opens a file is found by the message that brought it, its author included.
    @Test func filesUnderOneIDAreEachTheirAuthors() async throws {
        try await with { scene in
            let id = "3EB0BBBBBBBBBBBBBBBBBB"
            for (person, caption) in [(scene.eve, "from Eve"), (scene.ana, "from Ana")] {
                var file = EncryptedMedia(
                    kind: .image, mimeType: "image/png", directPath: "/v/\(person.number)",
                    mediaKey: Array(repeating: 1, count: 32),
                    digest: MediaDigest(
                        sha256: Array(repeating: 2, count: 32), encryptedSHA256: Array(repeating: 3, count: 32),
                        length: 5))
                file.caption = caption
                let message = try #require(OutgoingMessage.media(file, timestamp: 1_795_369_234))
                try await person.send(message, to: scene.line, under: id)
                _ = try await scene.installation.inbound(caption)
            }
            let urls = try await scene.installation.database.owner.query(
                "select media->0->>'url' as url from parley.messages order by created_at")
            let keys = try urls.map { try #require(LineKey(fileAt: try $0["url"])) }
            #expect(keys.count == 2 && keys[0] != keys[1])
            let stored = try await scene.installation.count(
                "select count(*) as count from parley.whatsapp_keys where kind = 'media'")
            #expect(stored == 2)
        }
    }
}
