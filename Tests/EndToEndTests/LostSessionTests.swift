import Foundation
import Outbound
import Postgres
import Support
import Testing
import Web

/// Every function as a process, where sessions of the database are not what they seem: a pooler gives each transaction
/// another one, and those that were idle are gone, as after a freeze or a fail-over.
@Suite(.serialized) struct LostSessionTests {
    @Test(.timeLimit(.minutes(4)), arguments: [false, true])
    func everyFunctionAnswers(isPooled: Bool) async throws {
        try await TestDatabase.with(isDivided: true) { database in
            try await Pooler.with { pooler in
                let direct = try TestDatabase.url(
                    database.ownerURL, database: database.name, role: "parley_app:test")
                let databases = (app: isPooled ? try pooler.url(direct) : direct, owner: database.ownerURL)
                try await Installation.with(databases: databases) { installation in
                    try await Self.useAll(installation, customer: 1)
                    for customer in 2...3 {
                        try await Self.endIdleSessions(database)
                        try await Self.useAll(installation, customer: customer)
                    }
                }
            }
        }
    }

    private static func useAll(_ installation: Installation, customer: Int) async throws {
        let bearer = try await logIn(installation)
        for declaration in try Declaration.all {
            guard let route = declaration.routes.first(where: { $0.hasPrefix("GET ") }) else { continue }
            let path = String(route.dropFirst(4)).replacing(/{[^}]+}/, with: UUID().uuidString.lowercased())
            let answer = try await installation.send(
                "GET", path, headers: [bearer, ("x-cron-secret", Installation.cronSecret)])
            let text = String(decoding: answer.body.prefix(300), as: UTF8.self)
            #expect(
                answer.status < 500 && answer.status != 401, "\(declaration.name) \(path): \(answer.status) \(text)")
        }
        // The webhooks' functions and the one that works off jobs.
        let webhook = try await installation.webhook(
            Installation.message("SM-session-\(customer)", from: customer, "When are you open?"))
        #expect(webhook.status == 200)
        let isAnswered = try await installation.eventually(within: 30) { installation.bubbles(of: customer).count == 1 }
        #expect(isAnswered)
        let report = FormFields([("MessageSid", "SM-nobody's"), ("MessageStatus", "delivered")])
        let status = try await installation.webhook(report, path: "/api/hooks/twilio/status")
        #expect(status.status < 300, "\(status.status)")
    }

    private static func logIn(_ installation: Installation) async throws -> (name: String, value: String) {
        let form = JSONValue.object(["username": .string("admin"), "password": .string(Installation.password)])
        let answer = try await installation.send(
            "POST", "/api/v1/auth/login", headers: [("content-type", "application/json")], body: form.bytes)
        let token = try JSONValue(parsing: answer.body)["token"]?.string
        return ("authorization", "Bearer \(try #require(token, "\(answer.status)"))")
    }

    /// They are gone when this returns: who asks one that is just ending is another matter.
    private static func endIdleSessions(_ database: TestDatabase) async throws {
        let ended = try await database.owner.query(
            """
            select pg_terminate_backend(pid, 5000) from pg_stat_activity
            where datname = current_database() and usename like 'parley\\_%' and state = 'idle'
            """)
        #expect(!ended.isEmpty)
    }
}

/// What this test needs to know of a `function.json`.
private struct Declaration: Decodable {
    let name: String
    private let given: [String]?
    var routes: [String] { given ?? [] }

    private enum CodingKeys: String, CodingKey {
        case name
        case given = "routes"
    }

    static var all: [Declaration] {
        get throws {
            let folder = ProjectRoot.path + "/Functions"
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { name in
                FileManager.default.contents(atPath: "\(folder)/\(name)/function.json")
            }
            .map { try JSONDecoder().decode(Declaration.self, from: $0) }
        }
    }
}
