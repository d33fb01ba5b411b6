import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker

/// The road between a customer's phone and the database, both ways, over real sockets and a real database.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ConversationTests {
    @Test func aScannedLineReceivesAndAnswers() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                let line = try await installation.link(channel, as: "15550001111")
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                try await ana.send("Are you open?", to: line)
                let question = try await installation.inbound("Are you open?")
                #expect(question.remote.hasSuffix("@lid"), "threads are kept under the hidden id")

                let answer = try await installation.reply("Until six.", in: question.conversation)
                let shown = try await installation.server.next(.message) { $0.person == "15552223333" }
                #expect(shown.text == "Until six.")
                try await installation.sent(answer, ["delivered", "read"])

                try await ana.send("Thanks!", to: line)
                _ = try await installation.inbound("Thanks!")
                try await installation.acknowledged(line)
                let row = try await installation.row(channel)
                #expect(try row["address"] == "15550001111@s.whatsapp.net")
                #expect(try row["qr"] as String? == nil)
            }
        }
    }

    @Test func aRestartedWorkerGoesOnWhereItStopped() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let ana = try await installation.server.contact("15552223333", name: "Ana")
            let first = try TestWorker(installation)
            let line = try await installation.link(channel, as: "15550001111")
            try await ana.send("one", to: line)
            let thread = try await installation.inbound("one").conversation
            await first.stop()

            try await ana.send("two", to: line)
            try await TestWorker.with(installation) {
                _ = try await installation.inbound("two")
                let answer = try await installation.reply("three", in: thread)
                try await installation.sent(answer)
                try await ana.send("four", to: line)
                _ = try await installation.inbound("four")
            }
            let problems = await installation.server.remembered().filter {
                [.problem, .undecryptable].contains($0.kind)
            }
            #expect(problems.isEmpty, "\(problems)")
        }
    }

    @Test func whatTheOwnerTypesOnThePhoneTakesTheConversationOver() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                let line = try await installation.link(channel, as: "15550001111")
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                try await ana.send("Hello?", to: line)
                let thread = try await installation.inbound("Hello?").conversation
                try await installation.server.phone(of: line).send("I am here myself.", to: ana)
                let own = try await eventually("the owner's words") {
                    try await installation.messages().first { $0.body == "I am here myself." }
                }
                #expect(own.direction == "outbound" && own.author == "user" && own.conversation == thread)
                #expect(own.status == "sent")
                let owner = try await installation.database.owner.query(
                    "select owner, epoch from parley.conversations where id = \(thread)")
                #expect(try owner.first?["owner"] == "human")
                #expect(try owner.first?["epoch"] == 1)
            }
        }
    }

    @Test func anAnswerIsTypedAtAPersonsSpeedAfterTheQuestionWasRead() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await installation.answering {
                try await TestWorker.with(installation, change: { $0.pacing = Pacing() }) {
                    let line = try await installation.link(channel, as: "15550001111")
                    let ana = try await installation.server.contact("15552223333", name: "Ana")
                    let id = try await ana.send("Are you open?", to: line)
                    _ = try await installation.server.next(.receipt) { $0.type == "read" && $0.id == id }
                    let typing = try await installation.server.next(.typing)
                    let answer = try await installation.server.next(.message) { $0.text == "You said: Are you open?" }
                    #expect(typing.sequence < answer.sequence)
                }
            }
        }
    }

    @Test func aStrangerIsNotWrittenToByALineThatOnlyAnswers() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation, change: { $0.pacing = Pacing() }) {
                let line = try await installation.link(channel, as: "15550001111")
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                // A thread that the owner began on the phone: she has never written.
                try await installation.server.phone(of: line).send("Hello", to: ana)
                let thread = try await eventually("the thread") {
                    try await installation.messages().first { $0.body == "Hello" }?.conversation
                }
                let message = try await installation.reply("Buy something?", in: thread)
                try await installation.sent(message, ["failed"])
                let shown = await installation.server.remembered().filter {
                    $0.kind == .message && $0.text == "Buy something?"
                }
                #expect(shown.isEmpty)
            }
        }
    }
}
