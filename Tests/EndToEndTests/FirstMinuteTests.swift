import Foundation
import Support
import Testing

/// One command, no credentials, a browser: the way a stranger meets Parley.
@Suite struct FirstMinuteTests {
    /// The line is linked at the simulated WhatsApp server, held by the session worker, and answers from the same knowledge.
    @Test(.timeLimit(.minutes(5))) func aWhatsAppLineIsLinkedOnThePhonePageAndAnswers() async throws {
        let folder = "/var/tmp/parley-first-line-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let parley = try RunningParley(data: folder + "/data", log: folder + "/up.log")
        do {
            let outcome = try await runPython(
                "Browser/first_line.py",
                [
                    "PARLEY_URL": try await parley.url(), "DEMO_ACCOUNT": folder + "/data/demo.json",
                    "KEYS": folder + "/data/keys",
                ],
                log: folder + "/browser.log")
            #expect(outcome.status == 0, "\(outcome.output)\n--- parley up:\n\(parley.output.suffix(6_000))")
        } catch {
            Issue.record("\(error)\n--- parley up:\n\(parley.output.suffix(6_000))")
        }
        await parley.stop()
    }

    @Test(.timeLimit(.minutes(5))) func theDemoAnswersOnThePhoneOncePerQuestion() async throws {
        let folder = "/var/tmp/parley-first-minute-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let parley = try RunningParley(data: folder + "/data", log: folder + "/up.log")
        do {
            let url = try await parley.url()
            let outcome = try await runPython(
                "Browser/first_minute.py", ["PARLEY_URL": url, "KEYS": folder + "/data/keys"],
                log: folder + "/browser.log")
            #expect(outcome.status == 0, "\(outcome.output)\n--- parley up:\n\(parley.output.suffix(6_000))")
            let account = try #require(FileManager.default.contents(atPath: folder + "/data/demo.json"))
            #expect(String(decoding: account, as: UTF8.self).contains("nora@linden-bakery.example"))
            let mode = try FileManager.default.attributesOfItem(atPath: folder + "/data/demo.json")[.posixPermissions]
            #expect(mode as? Int == 0o600)
        } catch {
            Issue.record("\(error)\n--- parley up:\n\(parley.output.suffix(6_000))")
        }
        await parley.stop()
    }
}
