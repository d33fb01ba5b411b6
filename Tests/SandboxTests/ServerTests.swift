import Foundation
import Support
import Testing

@testable import Sandbox

/// What the sandbox does beyond any provider's description.
@Suite struct ServerTests {
    @Test func thePagesPolicyIsStrictAndTheFolderIsClosed() async throws {
        try await RunningSandbox.with { sandbox async throws in
            let page = try await sandbox.request("GET", "/sandbox/phone")
            #expect(page.status == 200)
            #expect(!page.body.contains("<style") && !page.body.contains("onclick") && !page.body.contains("style="))
            for path in [
                "/sandbox/phone/../../SandboxServer.swift", "/sandbox/phone/%2e%2e/SandboxServer.swift",
                "/sandbox/samples/nothing.png",
            ] {
                #expect(try await sandbox.request("GET", path).status == 404, "\(path)")
            }
        }
    }

    @Test func methodsOfAPath() async throws {
        try await RunningSandbox.with { sandbox async throws in
            for path in ["/sandbox/phone", "/sandbox/control/state"] {
                #expect(try await sandbox.request("HEAD", path).status == 200, "\(path)")
                #expect(try await sandbox.request("OPTIONS", path).status == 204, "\(path)")
                #expect(try await sandbox.request("PUT", path).status == 405, "\(path)")
            }
            #expect(try await sandbox.request("PUT", "/sandbox/nothing").status == 404)
        }
    }

    /// A page of another site reaches loopback: by its address, or by a name of its own that it points here.
    @Test(arguments: ["/sandbox/control/state", "/sandbox/phone"]) func onlyThisMachinesPagesAreLetIn(_ path: String)
        async throws
    {
        try await RunningSandbox.with { sandbox async throws in
            let port = sandbox.url.split(separator: ":").last ?? ""
            for (host, origin, status) in [
                ("127.0.0.1:\(port)", nil, 200), ("localhost:\(port)", "http://localhost:\(port)", 200),
                ("parley.example", "https://parley.example", 200), ("[::1]:\(port)", nil, 200),
                ("evil.example:\(port)", nil, 403), ("evil.example:\(port)", "http://evil.example:\(port)", 403),
                ("127.0.0.1:\(port)", "http://evil.example", 403), ("127.0.0.1:\(port)", "null", 403),
                ("127.0.0.1:\(port)", "http://127.0.0.1:1", 403),
            ] as [(String, String?, Int)] {
                let headers = ["Host": host].merging(origin.map { ["Origin": $0] } ?? [:]) { $1 }
                #expect(try await sandbox.status(path, headers) == status, "\(host), \(origin ?? "-")")
            }
        }
    }

    /// S5: any user of this machine reaches loopback.
    @Test(arguments: ["/sandbox/control/state", "/sandbox/whatsapp/accounts"])
    func theControlsAreOpenedByTheirKeyAlone(_ path: String) async throws {
        try await RunningSandbox.with { sandbox async throws in
            let key = RunningSandbox.key
            for (headers, status) in [
                ([:], 401), (["x-sandbox-key": "another"], 401), (["Cookie": "parley_sandbox=another"], 401),
                (["x-sandbox-key": key], 200), (["Cookie": "a=b; parley_sandbox=\(key)"], 200),
            ] as [([String: String], Int)] {
                #expect(
                    try await sandbox.status(path, headers.merging(["Host": "127.0.0.1"]) { $1 }, key: nil) == status,
                    "\(headers)")
            }
        }
    }

    /// One click: the browser keeps the key, the address bar and its history do not.
    @Test func thePhonesLinkOpensIt() async throws {
        try await RunningSandbox.with { sandbox async throws in
            for (path, opens) in [
                (SandboxConfiguration.phonePath(key: RunningSandbox.key, business: "+15550001111"), true),
                (SandboxConfiguration.phonePath(key: "another"), false),
            ] {
                let (status, output) = try await Program.run(
                    "/usr/bin/env", ["curl", "-s", "-i", "--max-time", "20", sandbox.url + path])
                #expect(status == 0 && output.contains("HTTP/1.1 \(opens ? 302 : 200) "), "\(output.prefix(300))")
                let cookie = "parley_sandbox=\(RunningSandbox.key); Path=/sandbox; "
                #expect(output.contains(cookie) == opens)
                guard opens else { continue }
                #expect(output.contains("HttpOnly; SameSite=Strict"))
                #expect(output.contains("location: /sandbox/phone?business=%2B15550001111\r\n"))
            }
            // What holds no key and nothing else.
            #expect(try await sandbox.status("/sandbox/phone", ["Host": "127.0.0.1"], key: nil) == 200)
            #expect(try await sandbox.status("/sandbox/samples/menu.png", ["Host": "127.0.0.1"], key: nil) == 200)
        }
    }

    /// A path is checked as it is matched.
    @Test(arguments: ["//sandbox/control/state", "/sandbox//control/state", "///sandbox/control//state"])
    func emptySegmentsGoRoundNoCheck(_ path: String) async throws {
        try await RunningSandbox.with { sandbox async throws in
            let evil = ["Host": "evil.example", "Origin": "http://evil.example"]
            #expect(try await sandbox.status(path, evil) != 200)
            #expect(try await sandbox.status(path, ["Host": "127.0.0.1"], key: nil) != 200)
            #expect(try await sandbox.status(path, ["Host": "127.0.0.1"]) == 404)
        }
    }

    @Test func theClockFileHoldsTheOffset() async throws {
        try await RunningSandbox.with { sandbox async throws in
            #expect(
                try await sandbox.request("POST", "/sandbox/control/clock", json: #"{"advance_seconds":3600}"#).status
                    == 200)
            #expect(
                try await sandbox.request("POST", "/sandbox/control/clock", json: #"{"advance_seconds":60}"#).status
                    == 200)
            let text = try String(contentsOfFile: sandbox.clockFile, encoding: .utf8)
            #expect(Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) == 3660)
            // Another process may write the file too.
            try "-7200".write(toFile: sandbox.clockFile, atomically: true, encoding: .utf8)
            #expect(
                try await sandbox.request("GET", "/sandbox/control/clock").body.contains(#""offset_seconds":-7200"#))
            #expect(
                try await sandbox.request("POST", "/sandbox/control/clock", json: #"{"advance_seconds":"x"}"#).status
                    == 422)
        }
    }

    @Test func numbersAndOptOutsOutliveTheProcess() async throws {
        let folder = "/var/tmp/parley-sandbox-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let buy = "PhoneNumber=%2B14155550142&SmsUrl=https%3A%2F%2Fparley.example%2Fhook"
        let path = "/2010-04-01/Accounts/\(RunningSandbox.account)"
        try await RunningSandbox.with(folder: folder) { sandbox async throws in
            #expect(try await sandbox.request("POST", "\(path)/IncomingPhoneNumbers.json", form: buy).status == 201)
            let stop = #"{"from":"whatsapp:+12025550117","to":"whatsapp:+14155550142","body":"stop"}"#
            #expect(try await sandbox.request("POST", "/sandbox/control/messages", json: stop).status == 201)
        }
        try await RunningSandbox.with(folder: folder) { sandbox async throws in
            #expect(
                try await sandbox.request("POST", "\(path)/IncomingPhoneNumbers.json", form: buy).body.contains("21422")
            )
            let send = "To=whatsapp%3A%2B12025550117&From=whatsapp%3A%2B14155550142&Body=x"
            #expect(try await sandbox.request("POST", "\(path)/Messages.json", form: send).body.contains("21610"))
        }
    }

    /// Twilio acts on its words, answers and says so; whoever answers too is refused with 21610.
    @Test(arguments: [
        ("STOP", "STOP", "unsubscribed"), ("info", "HELP", "Reply STOP"), ("YES", "", ""), ("hi", "", ""),
    ])
    func wordsThatTwilioKnowsAreAnsweredByIt(_ text: String, _ type: String, _ answer: String) async throws {
        let twilio = SimulatedTwilio(
            SandboxConfiguration(port: 0, publicURL: "", twilioAccountSID: "", twilioAuthToken: "", assets: ""),
            clock: SandboxClock(path: nil))
        let customer = try #require(Address("whatsapp:+12025550117"))
        let business = try #require(Address("whatsapp:+14155238886"))
        let message = await twilio.receive(InboundDraft(from: customer, to: business, body: text)).message
        let form = WebhookForms.inbound(message, account: "AC1", profileName: "", apiBase: "")
        #expect((form["OptOutType"] ?? "") == type)
        let said = await twilio.messages.filter { $0.direction == .outboundReply }
        #expect(
            said.count == (type.isEmpty ? 0 : 1)
                && said.allSatisfy { $0.body.contains(answer) && $0.status == .delivered })
    }

    @Test func numbersThatNeedPapersAreRefusedWithoutThem() async throws {
        try await RunningSandbox.with { sandbox async throws in
            let path = "/2010-04-01/Accounts/\(RunningSandbox.account)"
            let found = try await sandbox.request("GET", "\(path)/AvailablePhoneNumbers/DE/Local.json")
            #expect(found.body.contains(#""address_requirements":"local""#))
            let number = "PhoneNumber=%2B493023125000"
            for (papers, expected) in [
                ("", "21615"), ("&AddressSid=AD1", "21649"), ("&AddressSid=AD1&BundleSid=BU1", "in-use"),
            ] {
                let answer = try await sandbox.request(
                    "POST", "\(path)/IncomingPhoneNumbers.json", form: number + papers)
                #expect(answer.body.contains(expected), "\(answer.body)")
            }
        }
    }

    @Test func anUnknownNumberUsesTheInstallationsWebhook() async throws {
        try await RunningSandbox.with { sandbox async throws in
            let message = #"{"from":"whatsapp:+12025550117","to":"whatsapp:+15005550006","body":"x"}"#
            let answer = try await sandbox.request("POST", "/sandbox/control/messages", json: message)
            #expect(answer.body.contains("Webhook failed: nobody listens there after 2 attempts"))
            let state = try await sandbox.request("GET", "/sandbox/control/state").body
            #expect(state.contains(#""url":"https://parley.example/api/whatsapp/webhook""#))
        }
    }

    /// S10, K6: the sandbox goes on, whatever number it is asked for.
    @Test func noNumberStopsTheSandbox() async throws {
        try await RunningSandbox.with { sandbox async throws in
            let account = "/2010-04-01/Accounts/\(RunningSandbox.account)"
            for number in ["-9223372036854775808", "9223372036854775807", "0", "-1", "1e300", "99999999999999999999"] {
                let file = try await sandbox.request("GET", "/sandbox/whatsapp/files/\(number)")
                #expect(file.status == 404, "\(number)")
                for query in ["Page=\(number)", "PageSize=\(number)", "Page=\(number)&PageSize=\(number)"] {
                    let page = try await sandbox.request("GET", "\(account)/IncomingPhoneNumbers.json?\(query)")
                    #expect(page.status == 200, "\(query)")
                }
            }
            for fragment in ["ct=nan", "ct=inf", "ct=-1e300", "rt=1e300", "rt=-nan", "rc=-9223372036854775808"] {
                let buy = "PhoneNumber=%2B14155550142&SmsUrl=https%3A%2F%2Fparley.example%2Fhook%23\(fragment)"
                _ = try await sandbox.request("POST", "\(account)/IncomingPhoneNumbers.json", form: buy)
                let message = #"{"from":"whatsapp:+12025550117","to":"whatsapp:+14155550142","body":"x"}"#
                _ = try await sandbox.request("POST", "/sandbox/control/messages", json: message)
                let state = try await sandbox.request("GET", "/sandbox/control/state")
                #expect(state.status == 200, "\(fragment)")
            }
        }
    }

    /// S10: the keys of whoever is simulated are read by nobody else.
    @Test func whatTheSandboxKeepsIsForItsOwnerAlone() async throws {
        let folder = "/var/tmp/parley-sandbox-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let buy = "PhoneNumber=%2B14155550142&SmsUrl=https%3A%2F%2Fparley.example%2Fhook"
        try await RunningSandbox.with(folder: folder) { sandbox async throws in
            let path = "/2010-04-01/Accounts/\(RunningSandbox.account)/IncomingPhoneNumbers.json"
            _ = try await sandbox.request("POST", path, form: buy)
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
        #expect(!files.isEmpty)
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(file)")
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
    }

    @Test func credentialsAreChecked() async throws {
        try await RunningSandbox.with { sandbox async throws in
            let path = "/2010-04-01/Accounts/\(RunningSandbox.account)/Messages.json"
            #expect(try await sandbox.request("GET", path, authorized: false).status == 401)
            #expect(try await sandbox.request("GET", path.replacingOccurrences(of: "AC00", with: "AC11")).status == 404)
            #expect(try await sandbox.request("GET", path).status == 200)
        }
    }
}
