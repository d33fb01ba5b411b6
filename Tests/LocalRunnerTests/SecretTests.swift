import Environment
import Foundation
import NIOCore
import Store
import Support
import Testing

@testable import LocalRunner

/// Each function gets the secrets that its `function.json` declares, and no others.
@Suite(.serialized) struct SecretTests {
    /// Read when it is needed: a function without a database starts without it.
    private static let readLater: Set = ["DATABASE_URL", "PARLEY_INVOKE_URL"]

    /// Every variable with a value that a function can start with.
    private static var environment: [String: String] {
        var values = Dictionary(Variable.all.filter(\.isSecret).map { ($0.name, "a-secret-of-\($0.name)") }) { $1 }
        values[Variable.databaseURL.name] = "postgresql://nobody:a-secret-password@127.0.0.1:1/nothing"
        values[Variable.sessionSecret.name] = String(repeating: "0123456789abcdef", count: 3)
        values[Variable.secretKeys.name] = "a:" + Data(repeating: 7, count: 32).base64EncodedString()
        values[Variable.twilioAccountSID.name] = "AC" + String(repeating: "0", count: 32)
        values[Variable.publicURL.name] = "http://localhost"
        values["PATH"] = "/usr/bin:/bin"
        values["A_TOKEN_OF_THE_OPERATOR"] = "not ours"
        return values
    }

    private static func manifests() throws -> [FunctionManifest] {
        try Catalog.read(functions: ProjectRoot.path + "/Functions", binaries: "/").entries.map(\.manifest)
    }

    private static func passed(_ manifest: FunctionManifest) -> [String: String] {
        PassedVariables(environment).values(for: manifest)
    }

    @Test func aProcessGetsItsSecretsAndNothingElseThatIsOne() throws {
        let manifests = try Self.manifests()
        #expect(manifests.count >= 15)
        let secrets = Set(Variable.all.filter(\.isSecret).map(\.name))
        for manifest in manifests {
            let declared = Set(manifest.secrets.flatMap { Variable.secrets(named: $0) }.map(\.name))
            let names = Set(Self.passed(manifest).keys)
            #expect(names.intersection(secrets) == declared, "\(manifest.name)")
            #expect(
                !names.contains("A_TOKEN_OF_THE_OPERATOR") && names.contains("PATH") && names.contains("PUBLIC_URL"))
            #expect(declared != secrets, "\(manifest.name) has everything")
            // Every role's password is made of parley_app's.
            #expect(!declared.contains("DATABASE_URL") || manifest.database != "parley_app", "\(manifest.name)")
        }
    }

    /// The address holds the secret that opens the host's controls: whoever wakes nobody has no use for it.
    @Test func onlyThoseThatWakeOthersCanInvoke() throws {
        let names = try Self.manifests().filter { Self.passed($0).keys.contains("PARLEY_INVOKE_URL") }.map(\.name)
        #expect(names.sorted() == ["conversations", "messages", "run-jobs", "session-worker", "twilio-inbound"])
    }

    /// Each process has a secret of its own in front of its Runtime API.
    @Test func theAddressOfItsRuntimeAPIIsNoLogsBusiness() async throws {
        try await TestHost.with(.probe()) { host in
            let order = #"{"do":"environment","name":"AWS_LAMBDA_RUNTIME_API"}"#
            let address = try await host.invoke("probe", order).text.replacing("\"", with: "")
            let secret = try #require(address.split(separator: "/").last)
            #expect(secret.count == 48)
            _ = try await host.invoke("probe", #"{"do":"print","text":"no answer from \#(address), sorry"}"#)
            let log = await host.log("probe")
            #expect(log.contains("no answer from ") && log.contains("/[secret], sorry") && !log.contains(secret))
        }
    }

    /// Starts every function twice for each of its secrets: with it, and with a declaration that forgot it.
    @Test func everyFunctionStartsWithWhatItDeclaresAndWithNothingLess() async throws {
        for manifest in try Self.manifests() where !manifest.persistent {
            let complaint = try await self.complaint(of: manifest)
            #expect(complaint == nil, "\(manifest.name): \(complaint ?? "")")
            for secret in manifest.secrets where !Self.readLater.contains(secret) {
                var poorer = manifest
                poorer.secrets.removeAll { $0 == secret }
                let name = Variable.secrets(named: secret).first?.name ?? ""
                let words = "\(name) is read here, but function.json does not declare it under \"secrets\""
                let complaint = try await self.complaint(of: poorer)
                #expect(complaint == words, "\(manifest.name) without \(secret)")
            }
        }
    }

    /// Why it doesn't start; `nil` when it does.
    private func complaint(of declared: FunctionManifest) async throws -> String? {
        var manifest = declared
        manifest.warm = 0
        manifest.initTimeoutSeconds = 60
        manifest.memoryMB = 512
        let entry = Catalog.Entry(manifest: manifest, folder: "/tmp", executable: Executables.path(manifest.name))
        return try await TestHost.with(entry, environment: Self.environment) { host in
            let answer = try await host.invoke(manifest.name, #"{"version":"2.0","rawPath":"/nothing-of-it"}"#)
            let message = try? answer.json()["errorMessage"] as? String
            return message.flatMap { $0.contains("function.json") || $0.contains("is not set") ? $0 : nil }
        }
    }

    /// What the process has, not what the operator wrote: each role's address and password is another.
    @Test(arguments: DatabaseRole.allCases)
    func aSecretThatAFunctionWritesIsTakenOutOfItsLog(_ role: DatabaseRole) async throws {
        var environment = Self.environment
        environment["DATABASE_URL"] = "postgresql://parley_app:a-secret%21password@127.0.0.1:1/nothing"
        var manifest = FunctionManifest.probe()
        manifest.secrets = ["DATABASE_URL"]
        manifest.database = role.rawValue
        let url = try #require(PassedVariables(environment).values(for: manifest)["DATABASE_URL"])
        let password = try #require(url.firstMatch(of: /:([^:@]+)@/)?.1)
        #expect(url.hasPrefix("postgresql://\(role.rawValue):"))
        let entry = Catalog.Entry(manifest: manifest, folder: "/tmp", executable: Executables.path("probe"))
        let log = try await TestHost.with(entry, environment: environment) { host in
            _ = try await host.invoke("probe", #"{"do":"throw","message":"no connection to \#(url), sorry"}"#)
            _ = try await host.invoke("probe", #"{"do":"print","text":"\#(password) and a-secret!password"}"#)
            return await host.log("probe")
        }
        #expect(log.contains("no connection to ") && log.contains(" and [secret]"), "something was logged")
        #expect(!log.contains(password) && !log.contains("a-secret"))
    }

    @Test func anUnknownSecretIsRefused() throws {
        var manifest = FunctionManifest.probe()
        manifest.secrets = ["DATABASE_URL", "MODEL_API_KEYS", "SESION_SECRET", "PUBLIC_URL", "MIGRATION_DATABASE_URL"]
        #expect(
            manifest.problems
                == ["SESION_SECRET", "PUBLIC_URL", "MIGRATION_DATABASE_URL"].map {
                    "\"secrets\": \($0) is not the name of a secret"
                })
    }
}
