import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer
import WhatsAppWire

@testable import SessionWorker

/// Every way a connection ends has a status, a sentence and a next step, and none is a hot loop.
@Suite(.serialized, .timeLimit(.minutes(10))) struct EndingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let fault: Fault
        let status: String
        let sentence: String
        /// Nothing happens until the owner asks.
        let parks: Bool
        /// Seconds until the next try, at least.
        var wait = 0.0
        /// The phone has to be linked again.
        var wipes = false

        var testDescription: String { "\(fault.kind.rawValue) \(fault.code.map(String.init) ?? "")" }
    }

    static let cases: [Case] = [
        Case(fault: Fault(.failure, code: 401), status: "auth_failed", sentence: "unlinked", parks: true, wipes: true),
        Case(fault: Fault(.failure, code: 403), status: "auth_failed", sentence: "phone", parks: true, wipes: true),
        Case(fault: Fault(.failure, code: 406), status: "auth_failed", sentence: "banned", parks: true, wipes: true),
        Case(
            fault: Fault(.failure, code: 402, ban: 101, seconds: 4000), status: "banned", sentence: "too many people",
            parks: false, wait: 3900),
        Case(fault: Fault(.failure, code: 405), status: "error", sentence: "too old", parks: true),
        Case(fault: Fault(.failure, code: 409), status: "error", sentence: "did not accept", parks: true),
        Case(
            fault: Fault(.limited, stanza: "iq:encrypt"), status: "reconnecting", sentence: "limits", parks: false,
            wait: 800),
        Case(fault: Fault(.replaced, stanza: "iq:encrypt"), status: "stopped", sentence: "elsewhere", parks: true),
        Case(
            fault: Fault(.removed, stanza: "iq:encrypt"), status: "auth_failed", sentence: "unlinked", parks: true,
            wipes: true),
    ]

    @Test(arguments: cases) func anEndHasAReason(_ example: Case) async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let first = try TestWorker(installation)
            _ = try await installation.link(channel, as: "15550001111")
            await first.stop()
            await installation.server.inject(example.fault)
            try await TestWorker.with(installation) {
                try await installation.status(channel, example.status)
                let row = try await installation.row(channel)
                #expect(try (row["status_reason"] as String).contains(example.sentence))
                #expect(try !(row["next_step"] as String).isEmpty)
                #expect(try row["parked"] == example.parks)
                #expect(try (row["jid"] as String?) == nil || !example.wipes)
                if example.wait > 0 { #expect(try (row["retry_in"] as Double) > example.wait) }
                // Whoever is at rest stays at rest.
                let logins = await installation.server.remembered().count {
                    $0.kind == .loggedIn || $0.kind == .turnedAway
                }
                try await Task.sleep(for: .milliseconds(700))
                let later = await installation.server.remembered().count {
                    $0.kind == .loggedIn || $0.kind == .turnedAway
                }
                #expect(later == logins, "it went on trying")
            }
        }
    }

    @Test(arguments: [
        Fault(.busy, stanza: "iq:encrypt"), Fault(.failure, code: 503), Fault(.cut, stanza: "iq:encrypt"),
        Fault(.restart, stanza: "iq:encrypt"), Fault(.refused, stanza: "iq:encrypt"),
    ])
    func aPassingTroublePasses(_ fault: Fault) async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let first = try TestWorker(installation)
            _ = try await installation.link(channel, as: "15550001111")
            await first.stop()
            await installation.server.inject(fault)
            let sequence = await installation.server.remembered().last?.sequence ?? 0
            let settling: @Sendable (inout Settings) -> Void = {
                $0.settling = 0.2
                $0.keepAlive = 0.2...0.3
                // Also how long a login has before the first sign of life.
                $0.patience = 3
            }
            try await TestWorker.with(installation, change: settling) {
                _ = try await installation.server.next(.active, after: sequence)
                try await installation.status(channel, "connected")
                _ = try await eventually("the failures to be over") { () -> Bool? in
                    try await installation.row(channel)["failures"] == 0 ? true : nil
                }
            }
        }
    }

    @Test func aServerThatFallsSilentIsLeft() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(
                installation,
                change: {
                    $0.keepAlive = 0.2...0.3
                    $0.silence = 0.5
                    $0.patience = 2
                }
            ) {
                _ = try await installation.link(channel, as: "15550001111")
                let sequence = await installation.server.remembered().last?.sequence ?? 0
                await installation.server.inject(Fault(.silence, stanza: "iq:w:p"))
                _ = try await installation.server.next(.active, after: sequence)
            }
        }
    }

    @Test func aServerThatForgetsToEndAPairingIsLeft() async throws {
        try await Installation.with(lingering: 3600) { installation in
            let channel = try await installation.makeLine()
            await installation.server.inject(Fault(.silence, stanza: "stream:error", direction: .sent))
            try await TestWorker.with(installation, change: { $0.patience = 1.5 }) {
                _ = try await installation.link(channel, as: "15550001111")
            }
            let struck = await installation.server.remembered().contains { $0.kind == .fault }
            #expect(struck)
        }
    }

    @Test func aDemandForAPasskeyIsSaidPlainly() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            await installation.server.inject(Fault(.passkey))
            try await TestWorker.with(installation) {
                let code: String = try await eventually("a QR code") { try await installation.row(channel)["qr"] }
                _ = try? await installation.server.scan(code, as: "15550001111")
                try await installation.status(channel, "passkey_required")
                #expect(try await installation.row(channel)["parked"] == true)
            }
        }
    }

    @Test func aServerThatIsNotWhatsAppHearsNothing() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation, change: { $0.anchor = .whatsApp }) {
                try await installation.status(channel, "error")
                let row = try await installation.row(channel)
                #expect(try (row["status_reason"] as String).contains("could not prove"))
                #expect(try (row["retry_in"] as Double) > 800)
                let heard = await installation.server.remembered().map(\.kind)
                #expect(!heard.contains(.waiting), "the server got a payload")
            }
        }
    }

    @Test func theOwnerStopsStartsAndUnlinks() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                _ = try await installation.link(channel, as: "15550001111")
                try await installation.ask(
                    channel, "update whatsapp_lines set wanted = 'stopped' where channel_id = \(channel)")
                try await installation.status(channel, "stopped")
                try await installation.ask(
                    channel, "update whatsapp_lines set wanted = 'connected' where channel_id = \(channel)")
                try await installation.status(channel, "connected")
                try await installation.ask(
                    channel, "update whatsapp_lines set wanted = 'unlinked' where channel_id = \(channel)")
                _ = try await installation.server.next(.unlinked)
                try await installation.status(channel, "auth_failed")
                let kept = try await installation.count(
                    "select count(*) as count from parley.whatsapp_keys where channel_id = \(channel)")
                #expect(kept == 0, "keys of an unlinked phone are gone")
            }
        }
    }

    @Test func aCodeIsTypedInsteadOfScanned() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine(pairing: "code", phone: "15550001111")
            try await TestWorker.with(installation) {
                let code: String = try await eventually("a pairing code") {
                    try await installation.row(channel)["pairing_code"]
                }
                _ = try await installation.server.enter(code: code, as: "15550001111")
                try await installation.status(channel, "connected")
            }
        }
    }
}
