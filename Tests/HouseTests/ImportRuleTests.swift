import Foundation
import Support
import Testing

/// Who may import whom: the table of `Core/README.md`, checked over the manifest as SwiftPM sees it.
@Suite struct ImportRuleTests {
    private static let core: [String: Set<String>] = [
        "API": [
            "Access", "Conversation", "Cryptography", "Domain", "FunctionHost", "Logging", "Outbound", "Postgres",
            "Providers", "Store", "Web",
        ],
        "Access": ["Cryptography", "Domain", "Postgres", "Store", "Web"],
        "Assistant": ["Domain", "Environment", "Outbound", "Web"],
        "Blocking": [],
        "CFloor": [],
        "CPostgres": [],
        "Conversation": [
            "Assistant", "Cryptography", "Domain", "Environment", "Outbound", "Postgres", "Providers", "Store", "Web",
        ],
        "Cryptography": ["COpenSSL"],
        "Domain": [],
        "Environment": ["Domain"],
        "FunctionHost": [
            "Blocking", "CFloor", "Cryptography", "Domain", "Environment", "Logging", "Outbound", "Postgres", "Web",
        ],
        "Jobs": [
            "Conversation", "Domain", "Environment", "FunctionHost", "Outbound", "Postgres", "Providers", "Store",
            "Web",
        ],
        "Outbound": ["Blocking", "CCurl"],
        "Postgres": ["Blocking", "CPostgres"],
        "Providers": ["Domain", "Outbound", "Web"],
        "QRCode": ["CQREncode"],
        "Store": ["Cryptography", "Domain", "Postgres"],
        "TLS": ["COpenSSLTLS", "NIOCore"],
        "Web": ["Cryptography", "Domain"],
        "WhatsAppWire": ["CSodium", "CZlib", "Cryptography", "SwiftProtobuf"],
    ]
    /// Only these may link a server or an event loop.
    private static let persistent: Set<String> = [
        "EventStream", "HTTPServer", "LocalRunner", "Sandbox", "SessionWorker", "TLS", "WhatsAppServer",
    ]
    private static let heavy: Set<String> = [
        "NIOCore", "NIOHTTP1", "NIOPosix", "NIOWebSocket",
    ]
    /// Besides these, one function: it opens the files that customers sent.
    private static let openingFiles: Set<String> = ["Media"]

    @Test func everyRoomImportsOnlyWhatTheTableAllows() async throws {
        let targets = try await Manifest.load().targets.filter {
            $0.path?.hasPrefix("Core/") == true && $0.type == "regular"
        }
        #expect(targets.count >= 12, "the manifest lists no rooms: the test would prove nothing")
        for target in targets {
            let allowed = try #require(Self.core[target.name], "\(target.name) is missing from the table")
            let extra = target.dependencyNames.subtracting(allowed)
            #expect(extra.isEmpty, "\(target.name) may not depend on \(extra.sorted())")
        }
    }

    @Test func functionsUseRoomsAndNeverEachOther() async throws {
        let targets = try await Manifest.load().targets.filter { $0.path?.hasPrefix("Functions/") == true }
        #expect(targets.count >= 10)
        let rooms = Set(Self.core.keys).subtracting(["CFloor", "CPostgres", "TLS"])
        for target in targets where !Self.persistent.contains(target.name) {
            let extra = target.dependencyNames.subtracting(rooms)
            #expect(extra.isEmpty, "\(target.name) may not depend on \(extra.sorted())")
        }
    }

    /// Live updates know no phone line, and phone lines no sign-in: a fault of one is none of the other's.
    @Test func thePersistentProcessesShareNothingButTheDatabase() async throws {
        let targets = try await Manifest.load().targets
        let stream = try #require(targets.first { $0.name == "EventStream" })
        #expect(
            stream.dependencyNames.isDisjoint(with: ["Conversation", "Outbound", "Providers", "WhatsAppWire"]))
        let worker = try #require(targets.first { $0.name == "SessionWorker" })
        #expect(worker.dependencyNames.isDisjoint(with: ["API", "Access", "EventStream"]))
    }

    @Test func openSSLIsCalledInTwoRooms() async throws {
        for target in try await Manifest.load().targets {
            #expect(!target.dependencyNames.contains("COpenSSL") || target.name == "Cryptography")
            #expect(!target.dependencyNames.contains("COpenSSLTLS") || target.name == "TLS")
        }
    }

    @Test func onlyPersistentProcessesLinkServersAndEventLoops() async throws {
        for target in try await Manifest.load().targets
        where target.type != "test" && !Self.persistent.contains(target.name) && target.name != "Support" {
            let extra = target.dependencyNames.intersection(Self.heavy)
            #expect(extra.isEmpty, "\(target.name) may not link \(extra.sorted())")
            #expect(
                !target.dependencyNames.contains("WhatsAppWire") || Self.openingFiles.contains(target.name),
                "\(target.name) may not link the wire")
        }
    }
}

/// The parts of `swift package dump-package` that the rules look at.
struct Manifest: Decodable {
    let targets: [Target]

    struct Target: Decodable {
        let name: String
        let path: String?
        let type: String
        let dependencies: [[String: [Part?]]]

        /// Each dependency is `{"byName": [name, null]}` or `{"product": [name, package, ...]}`: the first text is the name.
        var dependencyNames: Set<String> {
            Set(dependencies.flatMap { $0.values.compactMap { $0.first??.text } })
        }
    }

    struct Part: Decodable {
        let text: String?
        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)
        }
    }

    static func load() async throws -> Manifest {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("manifest-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (_, output) = try await Program.run(
            "/bin/sh", ["-c", "exec swift package --scratch-path '\(scratch.path)' dump-package 2>/dev/null"],
            directory: ProjectRoot.path)
        return try JSONDecoder().decode(Manifest.self, from: Data(output.utf8))
    }
}
