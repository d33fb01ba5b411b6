import Foundation
import Outbound
import Postgres
import Support
import Testing
import Web

/// Must show no. 7: what a client can get wrong, or do wrong on purpose, through real processes.
@Suite struct BadRequestTests {
    @Test(.timeLimit(.minutes(3))) func everyBadRequestGetsAClearErrorAndNothingElse() async throws {
        try await TestDatabase.with { database in
            try await Installation.with(databases: (database.appURL, database.ownerURL)) { installation in
                try await refuseWebhooks(installation)
                try await refuseCalls(installation)
                try await keepHarmlessText(installation)
            }
        }
    }

    private func refuseWebhooks(_ installation: Installation) async throws {
        let path = "/api/whatsapp/webhook"
        let form = Installation.message("SM-bad", from: 1, "When are you open?")
        let type = (name: "Content-Type", value: "application/x-www-form-urlencoded")
        let body = Array(form.encoded.utf8)
        let unsigned = try await installation.send("POST", path, headers: [type], body: body)
        try expect(unsigned, 403, code: "bad-signature")
        let forged = try await installation.send(
            "POST", path, headers: [type, ("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")], body: body)
        try expect(forged, 403, code: "bad-signature")
        let json = try await installation.send(
            "POST", path, headers: [("Content-Type", "application/json")], body: body)
        try expect(json, 415)
        let huge = try await installation.send(
            "POST", path, headers: [type], body: [UInt8](repeating: UInt8(ascii: "x"), count: 10_000_000))
        try expect(huge, 413, code: "too-large")
        let broken = try await installation.send(
            "POST", path, headers: [type, ("X-Twilio-Signature", "x")], body: Array("Body=%FF%FE&From=\u{0}".utf8))
        #expect((400..<500).contains(broken.status))
        try expect(broken, broken.status)
        for field in ["MessageSid", "From", "To"] {
            let rest = FormFields(form.fields.filter { $0.name != field })
            try expect(try await installation.webhook(rest), 400, field: field)
        }
        let long = FormFields(
            form.fields.map { $0.name == "From" ? ($0.name, String(repeating: "9", count: 5000)) : $0 })
        try expect(try await installation.webhook(long), 400, field: "From")
        let stored = try await installation.owner.query("select 1 as one from parley.messages")
        #expect(stored.isEmpty, "a refused webhook stored something")
    }

    private func refuseCalls(_ installation: Installation) async throws {
        let json = (name: "Content-Type", value: "application/json")
        let cases: [(method: String, path: String, body: String, status: Int)] = [
            ("POST", "/api/auth/login", "{", 400),
            ("POST", "/api/auth/login", #"{"email": 7}"#, 422),
            ("POST", "/api/auth/login", String(repeating: "[", count: 10_000), 400),
            ("POST", "/api/auth/login", String(repeating: "[", count: 100_000), 413),
            ("POST", "/api/auth/login", #"{"email":"a@b.example","password":"x","role":"owner"}"#, 422),
            ("POST", "/api/auth/login", #"{"email":"' or 1=1 --","password":"x"}"#, 401),
            ("GET", "/api/v1/conversations?limit=absurd", "", 401),
            ("GET", "/api/cron/reset-usage", "", 401),
        ]
        for (method, path, body, status) in cases {
            let answer = try await installation.send(method, path, headers: [json], body: Array(body.utf8))
            try expect(answer, status, "\(method) \(path) \(body.prefix(40))")
        }
        for (method, path) in [("GET", "/api/no-such-route"), ("DELETE", "/api/auth/login")] {
            try expect(try await installation.send(method, path), 404, "\(method) \(path)", code: "not-found")
        }
        let latin = try await installation.send(
            "POST", "/api/auth/login", headers: [json],
            body: Array(#"{"email":""#.utf8) + [0xff, 0xfe] + Array(#""}"#.utf8))
        try expect(latin, 400, "invalid UTF-8")
        try await refuseAbsurdDates(installation)
    }

    private func refuseAbsurdDates(_ installation: Installation) async throws {
        let json = (name: "Content-Type", value: "application/json")
        let signUp = #"{"email":"ann@bakery.example","password":"correct horse battery","business_name":"Ann's"}"#
        let account = try await installation.send(
            "POST", "/api/auth/signup", headers: [json], body: Array(signUp.utf8))
        try #require(account.status == 201 || account.status == 200, "\(String(decoding: account.body, as: UTF8.self))")
        let login = try await installation.send(
            "POST", "/api/auth/login", headers: [json],
            body: Array(#"{"email":"ann@bakery.example","password":"correct horse battery"}"#.utf8))
        let token = try #require(
            try (JSONSerialization.jsonObject(with: Data(login.body)) as? [String: Any])?["token"] as? String)
        let bearer = (name: "Authorization", value: "Bearer \(token)")
        let list = try await installation.send("GET", "/api/organizations", headers: [bearer])
        let text = String(decoding: list.body, as: UTF8.self)
        let id = try #require(text.firstMatch(of: /"id":"([0-9a-f-]{36})"/)?.1)
        for holidays in [#"["2026-02-31"]"#, #"["99999-01-01"]"#, #"["tomorrow"]"#, #"[20261224]"#] {
            let body = #"{"business_hours":{"enabled":true,"week":{},"holidays":\#(holidays)}}"#
            let answer = try await installation.send(
                "PATCH", "/api/organizations/\(id)", headers: [json, bearer], body: Array(body.utf8))
            try expect(answer, 422, "holidays \(holidays)")
        }
        for path in ["/api/v1/events?after=-1", "/api/v1/conversations?limit=-5", "/api/v1/conversations/'%3B--"] {
            let answer = try await installation.send("GET", path, headers: [bearer])
            #expect((400..<500).contains(answer.status), "\(path) was answered with \(answer.status)")
            try expect(answer, answer.status, path)
        }
    }

    /// Text is text: it is stored as it came, executed nowhere, and answered.
    private func keepHarmlessText(_ installation: Installation) async throws {
        let texts = [
            "'; drop table parley.messages; -- when are you open?", "{{contact.phone}} ${7*7} #{7*7} <%= 7*7 %> open?",
            "<script>alert(1)</script> When are you open?", "\u{202e}nepo uoy era nehW \u{0}\u{7}?",
        ]
        for (number, text) in texts.enumerated() {
            let answer = try await installation.webhook(
                Installation.message("SM-text-\(number)", from: 100 + number, text))
            #expect(answer.status == 200, "\(text.debugDescription)")
        }
        for (number, text) in texts.enumerated() {
            let answered = try await installation.eventually(within: 30) {
                !installation.bubbles(of: 100 + number).isEmpty
            }
            #expect(answered, "\(text.debugDescription) got no reply")
            let rows = try await installation.owner.query(
                "select body from parley.messages where provider_message_id = \("SM-text-\(number)")")
            let body: String? = try rows.first?["body"]
            #expect(body == text.replacing("\u{0}", with: "") || body == text.replacing("\u{0}", with: "\u{fffd}"))
            let said = installation.bubbles(of: 100 + number).map(\.body).joined()
            #expect(!said.contains("49"), "a template was evaluated: \(said)")
        }
    }

    /// What API Gateway itself answers where no function is asked.
    /// RFC 9457, and nothing that tells how we are made.
    private func expect(
        _ answer: OutboundResponse, _ status: Int, _ what: String = "", code: String? = nil, field: String? = nil
    ) throws {
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(answer.status == status, "\(what): \(text)")
        #expect(answer.header("content-type")?.hasPrefix("application/problem+json") == true, "\(what): \(text)")
        let problem = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        #expect(problem?["status"] as? Int == status)
        #expect((problem?["title"] as? String)?.isEmpty == false)
        if let code { #expect(text.contains(code)) }
        if let field { #expect(text.contains("\"\(field)\""), "\(text) does not name \(field)") }
        for secret in [".swift", "Fatal error", "PostgresError", "at 0x", "SELECT ", "select ", ProjectRoot.path] {
            #expect(!text.contains(secret), "\(what) leaks \(secret): \(text)")
        }
    }
}
