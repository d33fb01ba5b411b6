import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

/// Everything that is not plain text between two people.
@Suite(.serialized, .timeLimit(.minutes(10))) struct KindTests {
    private func with(
        _ body: (Installation, LinkedLine, Contact) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                let line = try await installation.link(channel, as: "15550001111")
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                try await body(installation, line, ana)
            }
        }
    }

    @Test func picturesComeAsReferencesAndLeaveEncrypted() async throws {
        try await with { installation, line, ana in
            try await ana.send(
                Draft(
                    file: .init(
                        kind: "image", mimeType: "image/jpeg", data: Array(repeating: 9, count: 5000), caption: "Look")),
                to: line)
            let picture = try await installation.inbound("Look")
            #expect(picture.type == "image")
            let media = try await installation.database.owner.query(
                "select media->0->>'url' as url from parley.messages where id = \(picture.id)")
            #expect(try (media[0]["url"] as String).hasPrefix("whatsapp-media:"))
            let kept = try await installation.count(
                "select count(*) as count from parley.whatsapp_keys where kind = 'media'")
            #expect(kept == 1)
        }
    }

    @Test func pollsReactionsEditsAndQuotes() async throws {
        try await with { installation, line, ana in
            try await ana.send("Which day?", to: line)
            let question = try await installation.inbound("Which day?")
            let poll = try await installation.reply(
                "Which day suits you?", in: question.conversation,
                content: MessageContent(poll: .init(options: ["Monday", "Friday"], selectable: 1)), type: .poll)
            let shown = try await installation.server.next(.message) { $0.type == "poll" }
            #expect(shown.text == "Which day suits you?")
            try await installation.sent(poll)
            try await ana.send(Draft(vote: .init(id: try #require(shown.id), options: ["Friday"])), to: line)
            _ = try await installation.inbound("Friday")

            try await ana.send(Draft(reaction: .init(id: try #require(shown.id), text: "+")), to: line)
            let reaction = try await installation.inbound("+")
            #expect(reaction.type == "reaction")
            let turns = try await installation.count(
                "select count(*) as count from parley.messages where type = 'reaction' and turn_id is not null")
            #expect(turns == 0, "a reaction asks for no answer")

            try await installation.reply(
                "*", in: question.conversation, content: MessageContent(reactionTo: question.id), type: .reaction)
            let reacted = try await installation.server.next(.message) { $0.type == "reaction" }
            #expect(reacted.target == question.providerID && reacted.text == "*")

            try await ana.send(Draft(edit: .init(id: try #require(question.providerID), text: "Which hour?")), to: line)
            _ = try await installation.inbound("Which hour?")
        }
    }

    @Test func groupsAreReadAndAnswered() async throws {
        try await with { installation, line, ana in
            let bo = try await installation.server.contact("15554445555", name: "Bo")
            let group = try await installation.server.makeGroup(
                "Regulars", members: [ana.number, bo.number, line.number])
            try await ana.send("Anybody there?", toGroup: group)
            let question = try await installation.inbound("Ana: Anybody there?")
            #expect(question.remote == group)
            for (index, text) in ["We are.", "Come by."].enumerated() {
                let answer = try await installation.reply(text, in: question.conversation)
                for person in [ana, bo] {
                    let shown = try await installation.server.next(.message) {
                        $0.person == person.number && $0.text == text
                    }
                    #expect(shown.group == group, "message \(index)")
                }
                try await installation.sent(answer)
            }
            try await bo.send("Coming.", toGroup: group)
            _ = try await installation.inbound("Bo: Coming.")
            try await installation.server.remove(bo.number, fromGroup: group)
            try await ana.send("Only us now.", toGroup: group)
            _ = try await installation.inbound("Ana: Only us now.")
            try await installation.reply("Quiet.", in: question.conversation)
            _ = try await installation.server.next(.message) { $0.person == ana.number && $0.text == "Quiet." }
            let name = try await installation.count(
                "select count(*) as count from parley.contacts where name = 'Regulars'")
            #expect(name == 1)
            let problems = await installation.server.remembered().filter {
                [.problem, .undecryptable].contains($0.kind)
            }
            #expect(problems.isEmpty, "\(problems)")
        }
    }

    @Test func aDamagedMessageIsAskedForAgain() async throws {
        try await with { installation, line, ana in
            try await ana.send("first", to: line)
            let thread = try await installation.inbound("first").conversation
            // Only an answered session sends messages that are nothing but a MAC's business.
            try await installation.reply("yes?", in: thread)
            _ = try await installation.server.next(.message) { $0.text == "yes?" }
            await installation.server.inject(Fault(.badMAC, stanza: "message"))
            try await ana.send("second", to: line)
            _ = try await installation.inbound("second")
            let retries = await installation.server.remembered().filter { $0.kind == .receipt && $0.type == "retry" }
            #expect(!retries.isEmpty)
            try await installation.acknowledged(line)
        }
    }

    @Test func whatIsNotEncryptedIsRefused() async throws {
        try await with { installation, line, ana in
            try await ana.send("first", to: line)
            _ = try await installation.inbound("first")
            await installation.server.inject(Fault(.plaintext, account: line.number, stanza: "message"))
            let id = try await ana.send("second", to: line)
            let refusal = try await installation.server.next(.notHandled) { $0.id == id }
            #expect(refusal.detail == "488")
            try await ana.send("third", to: line)
            _ = try await installation.inbound("third")
            let bodies = try await installation.messages().map(\.body)
            #expect(bodies == ["first", "third"])
        }
    }

    @Test(arguments: [Fault.Kind.retry, .retryWithKeys]) func whoeverCantReadUsGetsItAgain(_ kind: Fault.Kind)
        async throws
    {
        try await with { installation, line, ana in
            try await ana.send("hello", to: line)
            let thread = try await installation.inbound("hello").conversation
            await installation.server.inject(Fault(kind))
            let answer = try await installation.reply("Here.", in: thread)
            let shown = try await installation.server.next(.message) { $0.person == ana.number }
            #expect(shown.text == "Here.")
            try await installation.sent(answer)
        }
    }

    @Test func repeatsAndOtherOrdersChangeNothing() async throws {
        try await with { installation, line, ana in
            await installation.server.inject(Fault(.duplicate, stanza: "message", count: 3))
            await installation.server.inject(Fault(.reorder, stanza: "message", skip: 1))
            for number in 1...5 { try await ana.send("number \(number)", to: line) }
            for number in 1...5 { _ = try await installation.inbound("number \(number)") }
            let stored = try await installation.messages().filter { $0.direction == "inbound" }.count
            #expect(stored == 5)
        }
    }

    @Test func aPersonWhoMovesToAHiddenIdKeepsTheirThread() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                let line = try await installation.link(channel, as: "15550001111")
                let ana = try await installation.server.contact(
                    "15552223333", name: "Ana", appearance: .phoneNumber)
                try await ana.send("by number", to: line)
                let before = try await installation.inbound("by number")
                #expect(before.remote == "15552223333@s.whatsapp.net")
                try await ana.appear(as: .hiddenUser)
                try await ana.send("by hidden id", to: line)
                let after = try await installation.inbound("by hidden id")
                #expect(after.conversation == before.conversation)
                #expect(after.remote.hasSuffix("@lid"))
                try await installation.reply("still you", in: after.conversation)
                _ = try await installation.server.next(.message) { $0.text == "still you" }
                let contacts = try await installation.count("select count(*) as count from parley.contacts")
                #expect(contacts == 1)
            }
        }
    }

    @Test func aNewPhoneAndANewDeviceAreWrittenTo() async throws {
        try await with { installation, line, ana in
            try await ana.send("hello", to: line)
            let thread = try await installation.inbound("hello").conversation
            try await ana.addDevice()
            try await installation.reply("to both", in: thread)
            for device in [0, 1] {
                _ = try await installation.server.next(.message) {
                    $0.text == "to both" && Int($0.personDevice ?? 9) >= device
                }
            }
            try await ana.reinstall()
            try await ana.send("new phone", to: line)
            _ = try await installation.inbound("new phone")
            try await installation.reply("welcome back", in: thread)
            _ = try await installation.server.next(.message) { $0.text == "welcome back" }
        }
    }

    @Test func aMessageWhoseAcknowledgementIsLostIsShownOnce() async throws {
        try await with { installation, line, ana in
            try await ana.send("hello", to: line)
            let thread = try await installation.inbound("hello").conversation
            await installation.server.inject(Fault(.lostAck))
            let answer = try await installation.reply("once", in: thread)
            try await installation.sent(answer)
            let shown = await installation.server.remembered().filter { $0.kind == .message && $0.text == "once" }
            #expect(shown.count == 1)
        }
    }

    @Test func thePastIsImportedQuietly() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await installation.server.contact("15550001111", name: "Owner")
            let ana = try await installation.server.contact("15552223333", name: "Ana")
            try await ana.send("before you were linked", to: LinkedLine(number: "15550001111", device: 1))
            try await TestWorker.with(installation) {
                _ = try await installation.link(channel, as: "15550001111")
                let old = try await installation.inbound("before you were linked")
                #expect(old.remote.hasSuffix("@lid"))
                let followed = try await installation.count(
                    """
                    select (select count(*) from parley.turns) + (select count(*) from parley.jobs)
                        + (select count(*) from parley.usage_slots)
                        + (select count(*) from parley.events where type like 'message.%') as count
                    """)
                #expect(followed == 0, "nothing is answered, counted or announced")
                _ = try await eventually("the name") { () -> Bool? in
                    try await installation.count("select count(*) as count from parley.contacts where name = 'Ana'")
                        == 1
                        ? true : nil
                }
            }
        }
    }

    @Test func aDeviceThatWasMissingOnOurListGetsTheMessageOnce() async throws {
        try await with { installation, line, ana in
            try await ana.send("hello", to: line)
            let thread = try await installation.inbound("hello").conversation
            try await ana.addDevice()
            let first = try await installation.reply("to both", in: thread)
            for device in [UInt16(0), 1] {
                _ = try await installation.server.next(.message) { $0.text == "to both" && $0.personDevice == device }
            }
            try await installation.sent(first)
            // Our list is stale, and the server says so.
            try await installation.database.owner.query(
                "update parley.whatsapp_devices set devices = devices[1:1] where cardinality(devices) > 1")
            await installation.server.inject(Fault(.deviceHash))
            let second = try await installation.reply("again to both", in: thread)
            for device in [UInt16(0), 1] {
                _ = try await installation.server.next(.message) {
                    $0.text == "again to both" && $0.personDevice == device
                }
            }
            try await installation.sent(second)
            let shown = await installation.server.remembered().filter {
                $0.kind == .message && $0.text == "again to both"
            }
            #expect(shown.count == 2, "once per device")
        }
    }

    /// Its list of devices was stale, and the connection ends while the new one is asked for.
    @Test func anAcknowledgedMessageIsNotHandedOverAgain() async throws {
        try await with { installation, line, ana in
            try await ana.send("hello", to: line)
            let thread = try await installation.inbound("hello").conversation
            try await installation.sent(try await installation.reply("first", in: thread))
            // What the first one makes the line ask is over.
            try await Task.sleep(for: .milliseconds(500))
            await installation.server.inject(Fault(.deviceHash))
            await installation.server.inject(Fault(.cut, stanza: "iq"))
            let reply = try await installation.reply("second", in: thread)
            try await installation.sent(reply)
            // The customer's phone may report it first.
            _ = try await eventually("the server's word to be written down") {
                try await installation.count(
                    """
                    select count(*) as count from parley.decisions
                    where message_id = \(reply) and gate = 'provider' and reason = 'The provider took it.'
                    """) == 1 ? true : nil
            }
            #expect(await installation.server.remembered().count { $0.kind == .repeated } == 0)
        }
    }
}
