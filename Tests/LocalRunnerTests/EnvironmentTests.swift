import Environment
import Foundation
import NIOHTTP1
import Outbound
import Support
import Synchronization
import Testing

@testable import LocalRunner

/// What `parley` makes of its environment.
@Suite(.serialized) struct RunnerEnvironmentTests {
    @Test(arguments: [["--help"], ["environment"]]) func helpListsTheRegistry(_ arguments: [String]) async throws {
        let help = try await Program.run(
            Executables.path("parley"), arguments, environment: ["PATH": "/usr/bin:/bin", "COLUMNS": "200"]
        ).output
        let listed = help.split(separator: "\n").compactMap { line in
            line.wholeMatch(of: /\s+([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|PORT)/).map { String($0.1) }
        }
        #expect(listed == Variable.all.map(\.name))
        for variable in Variable.all { #expect(help.contains(variable.meaning.prefix(40))) }
    }

    /// The names of older installations: each is read still, or is named as one that is not.
    @Test(arguments: [
        "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_PHONE_NUMBER", "NEXT_PUBLIC_APP_URL", "DEEPSEEK_API_KEY",
        "FB_APP_ID", "FB_APP_SECRET", "FB_WEBHOOK_VERIFY_TOKEN", "MONGODB_URI", "GROQ_API_KEY", "JWT_SECRET", "PORT",
        "NODE_ENV", "SUPABASE_URL", "SUPABASE_SERVICE_ROLE_KEY", "DATABASE_URL", "DASHBOARD_USERNAME",
        "DASHBOARD_PASSWORD", "SESSION_SECRET", "SESSION_COOKIE_SECURE", "PUPPETEER_EXECUTABLE_PATH", "KEEPALIVE_URL",
        "KEEPALIVE_INTERVAL_MINUTES",
    ])
    func everyNamedVariableWorksOrIsAnswered(_ name: String) {
        let check = EnvironmentCheck([name: "8080"])
        let isRead = Variable.all.contains { $0.name == name }
        let isAnswered = (check.refusals + check.warnings).contains { $0.hasPrefix("\(name) is not read: ") }
        #expect(isRead != isAnswered)
    }

    @Test func aRetiredVariableEndsTheStartUnlessItsSuccessorIsSet() {
        let alone = EnvironmentCheck(["SUPABASE_URL": "https://x.supabase.co"])
        #expect(alone.refusals == ["SUPABASE_URL is not read: set DATABASE_URL to the database's libpq URI"])
        let both = EnvironmentCheck(["SUPABASE_URL": "https://x.supabase.co", "DATABASE_URL": "postgresql://x"])
        #expect(both.refusals.isEmpty && both.warnings.count == 1)
        #expect(EnvironmentCheck(["SUPABASE_URL": ""]).refusals.isEmpty, "an empty variable is an unset one")
        #expect(EnvironmentCheck(["NODE_ENV": "production"]).refusals.isEmpty, "hosts set it by themselves")
    }

    @Test func aValueThatCannotBeReadIsRefusedWithoutShowingIt() {
        for (name, value, words) in [
            ("DEBOUNCE_SECONDS", "soon", "must be a number from 0.0 to 600.0"),
            ("WHATSAPP_LINES", "1.5", "must be a whole number from 1 to 100000"),
            ("PORT", "http", "must be a whole number from 0 to 65535"),
        ] {
            #expect(EnvironmentCheck([name: value]).refusals == ["\(name) \(words)"])
        }
        #expect(
            EnvironmentCheck(["TWILIO_AUTHTOKEN": "t"]).warnings.first?.hasPrefix("TWILIO_AUTHTOKEN is not known")
                == true)
    }

    /// What a function would stumble over later is said by the start, in one sentence that names the variable.
    @Test(arguments: [
        ("LOG_LEVEL", "loud"), ("LOG_LEVEL", "info,debug x"), ("MODEL_PROVIDERS", "openai,skynet"),
        ("PUBLIC_URL", "bot.example.com"), ("PUBLIC_URL", "ftp://bot.example.com"),
        ("PUBLIC_URL", "https://user:pass@bot.example.com"), ("PUBLIC_URL", "https://bot.example.com/?a=b"),
        ("PUBLIC_URL", "https://bot.example.com:99999"), ("PUBLIC_URL", "https://"),
        ("CORS_ORIGINS", "shop.example.com"), ("CORS_ORIGINS", "https://shop.example.com/path"),
        ("EGRESS_ALLOW", "10.0.0.7"), ("EGRESS_ALLOW", "http://10.0.0.7:80"), ("EGRESS_ALLOW", "10.0.0.7:0"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"), ("TRUSTED_PROXIES", "proxy.example.com"),
        ("SSL_CERT_FILE", "/no/such/file"), ("SSL_CERT_FILE", "/etc/hostname"),
        ("TWILIO_ACCOUNT_SID", "AC12"), ("SESSION_SECRET", "short"),
        ("SESSION_SECRET", String(repeating: "a", count: 32)),
        ("PARLEY_SECRET_KEYS", "garbage"), ("PARLEY_SECRET_KEYS", "a:AAAA"), ("OPENAI_BASE_URL", "api.openai.com"),
        ("TWILIO_API_BASE_URL", "https://"), ("KEEPALIVE_URL", "bot.example.com"), ("WHATSAPP_WEB_VERSION", "2.3000"),
    ])
    func garbageIsRefusedByName(_ name: String, _ value: String) {
        let refusals = EnvironmentCheck([name: value]).refusals.filter { $0.hasPrefix("\(name) ") }
        #expect(refusals.count == 1, "\(refusals)")
        #expect(refusals.allSatisfy { !$0.contains("\n") })
    }

    @Test func whatIsRightIsTaken() {
        let right = [
            "LOG_LEVEL": "debug", "MODEL_PROVIDERS": "groq, openai", "PUBLIC_URL": "https://bot.example.com/",
            "CORS_ORIGINS": "https://shop.example.com, http://localhost:3000",
            "EGRESS_ALLOW": "10.0.0.7:8080, [::1]:80",
            "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8", "SESSION_SECRET": "0123456789abcdef0123456789abcdef",
            "TWILIO_ACCOUNT_SID": "AC" + String(repeating: "0", count: 32), "TWILIO_AUTH_TOKEN": "token",
            "PARLEY_SECRET_KEYS": "a:" + Data(repeating: 7, count: 32).base64EncodedString(),
            "OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "KEEPALIVE_URL": "https://x.example.com/health?a=b",
            "WHATSAPP_WEB_VERSION": "2.3000.1047769893",
        ]
        #expect(EnvironmentCheck(right).refusals == [])
        #expect(
            EnvironmentCheck(["TWILIO_AUTH_TOKEN": "token"]).refusals
                == ["TWILIO_ACCOUNT_SID must be set where TWILIO_AUTH_TOKEN is"])
    }

    @Test func theStartIsRefusedWithTheSentence() async throws {
        try await TestDatabase.with { database in
            let parley = try await RunningParley(
                functions: ["probe": #"{"name":"probe"}"#], database: database,
                environment: ["NEXT_PUBLIC_APP_URL": "https://bot.example.com", "NODE_ENV": "production"])
            let error = try await #require(throws: TestSetupError.self) { try await parley.start() }
            #expect(error.description.contains("NEXT_PUBLIC_APP_URL is not read: set PUBLIC_URL"))
            #expect(error.description.contains("Warning: NODE_ENV is not read"))
            await parley.remove()
        }
    }

    /// Nothing is multiplied, converted or added to a time that was not looked at before.
    @Test func everyNumberHasBounds() {
        for variable in Variable.all {
            switch variable.kind {
            case .number(let range): #expect(range.upperBound <= 1e6, "\(variable.name)")
            case .whole(let range): #expect(range.upperBound <= 1_000_000, "\(variable.name)")
            case .text, .flag, .word: continue
            }
            for value in ["-1", "1e300", "nan", "inf", "-0.5", "99999999999999999999", "1e-400x"] {
                #expect(variable.problem(in: [variable.name: value]) != nil, "\(variable.name)=\(value)")
                #expect(throws: VariableError.malformed(variable.name)) {
                    let _: Double = try variable.number(in: [variable.name: value])
                }
            }
        }
    }

    /// Said before anything is started, with the reason and without the password.
    @Test(arguments: [
        ("postgresql://parley_app:s3cr3t@127.0.0.1:1/parley", "Connection refused"),
        ("s3cr3t and more", "the connection string is none that libpq can read"),
        ("postgresql://parley_app:s3cr3t@no-such-host.invalid/parley", "could not translate host name"),
    ])
    func aDatabaseThatCannotBeUsedHasAReason(_ url: String, _ reason: String) async throws {
        let access = DatabaseAccess(appURL: url, ownerURL: nil)
        let error = await #expect(throws: StartError.self) { try await access.check() }
        let words = error.map { "\($0)" } ?? ""
        #expect(words.contains(reason) && !words.contains("s3cr3t"), "\(words)")
    }

    @Test func portIsTheDefaultOfTheOption() throws {
        #expect(try Up.port(nil, in: [:]) == 8080)
        #expect(try Up.port(nil, in: ["PORT": "3000"]) == 3000)
        #expect(try Up.port(0, in: ["PORT": "3000"]) == 0)
    }

    @Test func theAddressThatKeepsAHostAwakeIsVisited() async throws {
        let visited = RequestLog()
        let http = HTTPClient { request async throws(OutboundError) in
            visited.add(request.url)
            return OutboundResponse(status: visited.urls.count == 1 ? 200 : 503)
        }
        let complaints = RequestLog()
        let keepAlive = try #require(
            try KeepAlive(["KEEPALIVE_URL": "https://bot.example.com/health"], http: { _ in http }) {
                complaints.add($0)
            })
        #expect(keepAlive.minutes == 14)
        await keepAlive.visit()
        await keepAlive.visit()
        #expect(visited.urls == ["https://bot.example.com/health", "https://bot.example.com/health"])
        #expect(complaints.urls == ["KEEPALIVE_URL answered 503"])
        #expect(try KeepAlive([:], http: { _ in http }) { _ in } == nil)
        for wrong in [
            ["KEEPALIVE_URL": "bot.example.com"], ["KEEPALIVE_URL": "https://x", "KEEPALIVE_INTERVAL_MINUTES": "0"],
        ] {
            #expect(throws: StartError.self) { try KeepAlive(wrong, http: { _ in http }) { _ in } }
        }
    }
}

private final class RequestLog: Sendable {
    private let list = Mutex<[String]>([])

    func add(_ url: String) { list.withLock { $0.append(url) } }
    var urls: [String] { list.withLock { $0 } }
}
