import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker

/// What a line keeps can't be read: its owner sees that, and may still say what they want.
@Suite(.serialized, .timeLimit(.minutes(5))) struct UnreadableLineTests {
    private static let other = "other:" + Data(repeating: 8, count: 32).base64EncodedString()

    private func linked(_ body: (Installation, ChannelID) async throws -> Void) async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let worker = try TestWorker(installation)
            _ = try await installation.link(channel, as: "15550001111")
            await worker.stop()
            try await body(installation, channel)
        }
    }

    @Test func aLineWhoseSealingKeyIsGoneSaysSo() async throws {
        try await linked { installation, channel in
            try await TestWorker.with(installation, keys: Self.other) {
                try await installation.status(channel, "error")
                let reason: String = try await installation.row(channel)["status_reason"]
                #expect(reason == LineTrouble.unreadable.sentence)
                _ = try await eventually("the pauses to grow") { () -> Bool? in
                    try await installation.row(channel)["failures"] as Int >= 3 ? true : nil
                }
            }
            // The operator gives it back.
            try await TestWorker.with(installation, keys: "\(Self.other),\(Installation.secretKeys)") {
                try await installation.status(channel, "connected")
            }
        }
    }

    @Test(arguments: ["stopped", "unlinked"]) func itsOwnerIsObeyed(_ wish: String) async throws {
        try await linked { installation, channel in
            try await TestWorker.with(installation, keys: Self.other) {
                try await installation.status(channel, "error")
                try await installation.ask(
                    channel, "update whatsapp_lines set wanted = \(wish) where channel_id = \(channel)")
                _ = try await eventually("the line to be at rest") { () -> Bool? in
                    try await installation.row(channel)["parked"] == true ? true : nil
                }
                #expect(try await (installation.row(channel)["jid"] as String? == nil) == (wish == "unlinked"))
            }
        }
    }

    @Test func credentialsThatMakeNoSenseAreSaid() async throws {
        try await linked { installation, channel in
            let box = try SecretBox(keys: Installation.secretKeys)
            let line = HeldLine(
                channel: channel, organization: installation.organization, worker: UUID(), fence: 0)
            try await installation.database.app.pipeline(
                for: installation.organization,
                try LineKeys(line: line, box: box).store([StoredLine.credentialsKey: [1, 2, 3]], at: Date()))
            try await TestWorker.with(installation) { try await installation.status(channel, "error") }
        }
    }

    /// The database answers and refuses: that does not pass by itself, and is not taken for a database that is away.
    @Test func aRefusalOfTheDatabaseIsSaid() async throws {
        try await linked { installation, channel in
            let owner = installation.database.owner
            try await owner.query("alter table parley.whatsapp_keys rename to elsewhere")
            try await TestWorker.with(installation) {
                try await installation.status(channel, "reconnecting")
                let reason: String = try await installation.row(channel)["status_reason"]
                #expect(reason.contains("fault of this installation"))
                try await Task.sleep(for: .seconds(1))
                let failures: Int = try await installation.row(channel)["failures"]
                #expect((1...12).contains(failures), "each waits out its pause: \(failures)")
                try await owner.query("alter table parley.elsewhere rename to whatsapp_keys")
                try await installation.status(channel, "connected")
            }
        }
    }
}
