import Foundation
import Support
import Testing
import Web

/// `infra/lambda/package`: what it makes runs where nothing but Amazon Linux's own libraries are, and what would not is refused.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LambdaPackageTests {
    private static func with(_ body: (_ folder: String) async throws -> Void) async throws {
        let folder = "/var/tmp/parley-package-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    /// - Parameter binaries: a folder with executables.
    private static func package(_ name: String, from binaries: String, into folder: String) async throws
        -> (status: Int32, output: String)
    {
        try await Program.run(
            ProjectRoot.path + "/infra/lambda/package", ["--bin-dir", binaries, "--output", folder, name])
    }

    /// A program of the same name that asks for a C library of that version.
    private static func compile(_ source: String, into folder: String) async throws {
        try Data(source.utf8).write(to: URL(fileURLWithPath: "\(folder)/health.c"))
        try await shell("gcc -o \(folder)/health \(folder)/health.c")
    }

    private static func shell(_ command: String) async throws {
        let (status, output) = try await Program.run("/bin/bash", ["-euc", command])
        guard status == 0 else { throw TestSetupError("\(command): \(output)") }
    }

    @Test(arguments: [("", 0 as Int32), ("pidfd_open(0, 0);", 1)])
    func aNewerCLibraryIsRefused(call: String, status: Int32) async throws {
        try await Self.with { folder in
            try await Self.compile("int pidfd_open(int, unsigned); int main(void) { \(call) return 0; }", into: folder)
            let outcome = try await Self.package("health", from: folder, into: folder + "/zips")
            #expect(outcome.status == status, "\(outcome.output)")
            #expect(outcome.output.contains("bootstrap needs GLIBC 2.36") == (status == 1), "\(outcome.output)")
        }
    }

    @Test func theSameInputMakesTheSameBytes() async throws {
        try await Self.with { folder in
            try await Self.compile("int main(void) { return 0; }", into: folder)
            for run in ["one", "two"] { _ = try await Self.package("health", from: folder, into: "\(folder)/\(run)") }
            let zips = ["one", "two"].map { FileManager.default.contents(atPath: "\(folder)/\($0)/health.zip") }
            #expect(zips[0] != nil && zips[0] == zips[1])
        }
    }

    /// `GET /api/openapi.json` is served from it.
    @Test func whatAFunctionReadsIsInItsZip() async throws {
        try await Self.with { folder in
            try await Self.compile("int main(void) { return 0; }", into: folder)
            try await Self.shell("mv \(folder)/health \(folder)/reference")
            _ = try await Self.package("reference", from: folder, into: folder)
            let (_, names) = try await Program.run(
                "/usr/bin/python3", ["-m", "zipfile", "-l", folder + "/reference.zip"])
            for name in ["bootstrap", "openapi.json", "lib/libpq.so.5", "lib/libcurl.so.4", "lib/ca-certificates.crt"] {
                #expect(names.contains("\(name) "), "\(names)")
            }
            #expect(!names.contains("function.json") && !names.contains(".swift"))
        }
    }

    @Test func anUnknownFunctionAndAMissingExecutableAreNamed() async throws {
        try await Self.with { folder in
            let unknown = try await Self.package("nothing", from: folder, into: folder)
            #expect(unknown.status == 2 && unknown.output.contains("no such function: nothing"))
            let missing = try await Self.package("health", from: folder, into: folder)
            #expect(missing.status == 1 && missing.output.contains("\(folder)/health is not there"))
            #expect(!missing.output.contains("Traceback"), "\(missing.output)")
        }
    }

    /// The zip, unpacked beside a C library, a C++ runtime and a loader that stand for Amazon Linux's: it starts, finds libpq, and
    /// answers. Nothing is taken from elsewhere, which the process's memory map shows.
    @Test func itRunsWithWhatIsInTheZip() async throws {
        try await Self.with { folder in
            // Built for debugging it may ask for a newer C library, which is here.
            let outcome = try await Self.package("health", from: ProjectRoot.path + "/.build/debug", into: folder)
            let root = folder + "/root"
            try await Self.shell(
                """
                mkdir -p \(root)/task \(root)/system
                # The image may have some of them too; what is in the zip must win.
                echo another >\(root)/system/libcrypto.so.3
                cd \(root)/task && python3 -m zipfile -e \(folder)/health.zip . && chmod +x bootstrap
                cp -L "$(ldd bootstrap | grep -o '/lib[^ ]*/ld-linux[^ ]*')" \(root)/system/loader
                for name in libc libdl libgcc_s libm libpthread libresolv librt "libstdc[+][+]" libutil; do
                    cp -L "$(ldconfig -p | grep -oE "/[^ ]*/$name\\.so\\.[0-9]+$" | head -n 1)" \(root)/system/
                done
                """)
            for file in ["bootstrap", "lib/libpq.so.5", "lib/libcurl.so.4"] {
                let (status, output) = try await Program.run(
                    root + "/system/loader", Self.options(root) + ["--list", "\(root)/task/\(file)"])
                let foreign = output.split(separator: "\n").filter {
                    $0.contains(" => ") && !$0.contains("=> \(root)/")
                }
                #expect(status == 0 && foreign.isEmpty, "\(file): \(output)")
            }
            try await TestDatabase.with(isDivided: true) { database in
                try await Pooler.with { pooler in
                    let url = try pooler.url(
                        try TestDatabase.url(database.ownerURL, database: database.name, role: "parley_health"))
                    let (answer, _) = try await Self.ask(root, databaseURL: url) { libraries in
                        #expect(libraries.contains { $0.contains("libpq") })
                        #expect(libraries.filter { !$0.hasPrefix(root) }.isEmpty, "taken from elsewhere")
                    }
                    #expect(answer["statusCode"]?.integer == 200, "\(answer) \(outcome.output)")
                    // A missing one would be looked for in this machine's own folders.
                    try await Self.shell("echo damaged >\(root)/task/lib/libpq.so.5")
                    let (refusal, log) = try await Self.ask(root, databaseURL: url)
                    #expect(refusal["statusCode"]?.integer == 503)
                    let lines = log.split(separator: "\n")
                    #expect(lines.count == 1 && lines[0].contains("libpq.so.5"), "\(log)")
                }
            }
        }
    }

    /// Built as it is deployed: minutes, and so only with `PARLEY_LONG=1`. It also shows that the optimizer takes the code.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["PARLEY_LONG"] == "1"), .timeLimit(.minutes(20)))
    func theReleaseSuitsAmazonLinux() async throws {
        try await Self.with { folder in
            let (status, output) = try await Program.run(
                ProjectRoot.path + "/infra/lambda/package", ["--output", folder, "health", "run-jobs"])
            #expect(status == 0, "\(output)")
        }
    }

    private static func options(_ root: String) -> [String] {
        ["--inhibit-cache", "--library-path", "\(root)/task/lib:\(root)/system"]
    }

    /// - Parameter inspect: sees the paths of the libraries that are loaded after the answer.
    private static func ask(
        _ root: String, databaseURL: String, _ inspect: (Set<String>) -> Void = { _ in }
    ) async throws -> (answer: JSONValue, log: String) {
        try await withRuntimeAPI { server in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: root + "/system/loader")
            process.arguments = options(root) + ["\(root)/task/bootstrap"]
            process.environment = [
                "AWS_LAMBDA_FUNCTION_NAME": "health", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(server.port)",
                "DATABASE_URL": databaseURL, "LAMBDA_TASK_ROOT": "\(root)/task",
                "SSL_CERT_FILE": "\(root)/task/lib/ca-certificates.crt", "TZ": ":UTC",
            ]
            try Data().write(to: URL(fileURLWithPath: root + "/log"))
            process.standardError = FileHandle(forWritingAtPath: root + "/log")
            try process.run()
            defer { kill(process.processIdentifier, SIGKILL) }
            let outcome = try await server.invoke(HTTPEventWriter.json(Request(method: .get, path: "/health")))
            let (_, maps) = try await Program.run("/bin/cat", ["/proc/\(process.processIdentifier)/maps"])
            inspect(Set(maps.matches(of: /\/\S+\.so[.0-9]*$/.anchorsMatchLineEndings()).map { String($0.output) }))
            let log = FileManager.default.contents(atPath: root + "/log") ?? Data()
            return (try #require(outcome.json), String(decoding: log, as: UTF8.self))
        }
    }
}
