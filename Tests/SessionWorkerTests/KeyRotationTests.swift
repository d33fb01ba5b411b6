import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

/// The key that seals a line's secrets is changed while the line works.
@Suite(.serialized, .timeLimit(.minutes(5))) struct KeyRotationTests {
    private static let new = "new:" + Data(repeating: 8, count: 32).base64EncodedString()

    @Test func aLineTalksOnWhileItsSecretsAreSealedAnew() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let ana = try await installation.server.contact("15552223333", name: "Ana")
            let first = try TestWorker(installation)
            let line = try await installation.link(channel, as: "15550001111")
            try await ana.send("under the old key", to: line)
            let thread = try await installation.inbound("under the old key").conversation
            await first.stop()

            // As the steps of `parley keys rotate` have it: both keys, rotate, the new one alone.
            let both = "\(Self.new),\(Installation.secretKeys)"
            try await TestWorker.with(installation, keys: both) {
                async let talking: Void = Self.talk(installation, ana, line, thread)
                for _ in 0..<3 { _ = try await Self.rotate(both, installation) }
                try await talking
                let left = try await Self.rotate(both, installation)
                #expect(left == KeyRotation.Outcome(), "the worker seals under the new key by itself")
            }
            try await TestWorker.with(installation, keys: Self.new) {
                try await ana.send("under the new key", to: line)
                _ = try await installation.inbound("under the new key")
                let answer = try await installation.reply("still here", in: thread)
                try await installation.sent(answer)
            }
            let problems = await installation.server.remembered().filter {
                [.problem, .undecryptable].contains($0.kind)
            }
            #expect(problems.isEmpty, "\(problems)")
        }
    }

    private static func talk(
        _ installation: Installation, _ ana: Contact, _ line: LinkedLine, _ thread: ConversationID
    ) async throws {
        for number in 1...10 {
            try await ana.send("question \(number)", to: line)
            _ = try await installation.inbound("question \(number)")
            try await installation.sent(try await installation.reply("answer \(number)", in: thread))
        }
    }

    private static func rotate(_ keys: String, _ installation: Installation) async throws -> KeyRotation.Outcome {
        let owner = try await Connection.connect(installation.database.ownerURL)
        let rotation = KeyRotation(
            app: installation.database.app, owner: owner, box: try SecretBox(keys: keys))
        let outcome = try await rotation.run(at: Date())
        await owner.close()
        return outcome
    }
}
