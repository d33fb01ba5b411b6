import Domain
import Foundation
import Outbound
import Postgres
import Support
import Synchronization
import Testing
import Web

/// A whole installation for one test: real processes, a database, Twilio and a model that do as the test says.
final class Installation: Sendable {
    static let publicURL = "https://bad-input.example.test"
    static let token = "bad-input-token"
    static let password = "a password of the test"
    static let cronSecret = "a secret of the test"

    let url: String
    let twilio: PaperTwilio
    let owner: Database
    private let http: HTTPClient
    /// Of whoever does not wait for others.
    private let crowd: HTTPClient

    private init(url: String, twilio: PaperTwilio, owner: Database) {
        self.url = url
        self.twilio = twilio
        self.owner = owner
        http = .live(allowedPrivate: [url], connections: 8)
        crowd = .live(allowedPrivate: [url], connections: 40)
    }

    /// - Parameters:
    ///   - databases: libpq URLs of the application's role and of the owner.
    ///   - provider: what stands before Twilio; `nil` breaks the connection off.
    ///   - model: an OpenAI-compatible server, if there is to be one.
    static func with(
        databases: (app: String, owner: String),
        provider: @escaping @Sendable (LoopbackServer.Call, PaperTwilio) -> LoopbackServer.Answer? = { $1.answer($0) },
        model: LoopbackServer.Handle? = nil, _ body: (Installation) async throws -> Void
    ) async throws {
        let twilio = PaperTwilio(seed: 1, mischief: 0)
        let twilioServer = try LoopbackServer { provider($0, twilio) }
        defer { twilioServer.stop() }
        let modelServer = try model.map { try LoopbackServer($0) }
        defer { modelServer?.stop() }
        let folder = "/var/tmp/parley-bad-input-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let base = "http://127.0.0.1:\(twilioServer.port)"
        var variables = [
            "DATABASE_URL": databases.app, "MIGRATION_DATABASE_URL": databases.owner, "PUBLIC_URL": publicURL,
            "TWILIO_ACCOUNT_SID": "AC" + String(repeating: "0", count: 32), "TWILIO_AUTH_TOKEN": token,
            "TWILIO_API_BASE_URL": base, "TWILIO_MESSAGING_BASE_URL": base, "DEBOUNCE_SECONDS": "0.05",
            "JOB_LEASE_SECONDS": "2", "RECONCILE_SECONDS": "2", "DASHBOARD_PASSWORD": password,
            "CRON_SECRET": cronSecret, "TRUSTED_PROXIES": "127.0.0.1",
        ]
        if let modelServer {
            variables["OPENAI_API_KEY"] = "sk-test"
            variables["OPENAI_BASE_URL"] = "http://127.0.0.1:\(modelServer.port)/v1"
        }
        let parley = try RunningParley(
            data: folder + "/data", log: folder + "/up.log", arguments: ["--no-sandbox"], variables: variables)
        let owner = Database(url: databases.owner, connections: 2)
        do {
            let installation = Installation(url: try await parley.url(), twilio: twilio, owner: owner)
            _ = try await owner.withConnection { try await $0.pipeline(Bakery.rows(of: OrganizationID(UUID()))) }
            try await body(installation)
        } catch {
            Issue.record("\(error)\n--- parley up:\n\(parley.output.suffix(4_000))")
        }
        await parley.stop()
        await owner.close()
    }

    // MARK: Asking it

    func send(
        _ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        inCrowd: Bool = false
    ) async throws -> OutboundResponse {
        try await (inCrowd ? crowd : http).send(
            OutboundRequest(method: method, url: url + path, headers: headers, body: body, timeout: 30))
    }

    /// A webhook signed as Twilio signs it.
    func webhook(_ form: FormFields, path: String = "/api/whatsapp/webhook") async throws -> OutboundResponse {
        let signature = TwilioSignature.signature(url: Self.publicURL + path, fields: form, key: Self.token)
        return try await send(
            "POST", path,
            headers: [("Content-Type", "application/x-www-form-urlencoded"), ("X-Twilio-Signature", signature)],
            body: Array(form.encoded.utf8))
    }

    static func message(_ sid: String, from number: Int, _ text: String) -> FormFields {
        FormFields([
            ("MessageSid", sid), ("From", customer(number)), ("To", Bakery.line), ("Body", text), ("NumMedia", "0"),
        ])
    }

    static func customer(_ number: Int) -> String { "whatsapp:+1555000\(1000 + number)" }

    func bubbles(of number: Int) -> [PaperTwilio.Bubble] {
        twilio.bubbles.filter { $0.to == Self.customer(number) }
    }

    /// Looks often; false when it did not come true in time.
    func eventually(within seconds: Double, _ condition: () async throws -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if (try? await condition()) == true { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return (try? await condition()) == true
    }
}
