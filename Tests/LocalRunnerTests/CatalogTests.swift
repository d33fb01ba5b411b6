import Foundation
import Testing
import Web

@testable import LocalRunner

@Suite struct CatalogTests {
    private func catalog(_ declarations: [String: String]) throws -> Catalog {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("catalog-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in declarations {
            let path = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: path.appendingPathComponent("function.json"))
        }
        return try Catalog.read(functions: folder.path, binaries: "/bin-dir")
    }

    @Test func readsWhatIsDeclared() throws {
        let found = try catalog(
            [
                "Auth": """
                {"name":"auth","routes":["POST /api/auth/login"],"schedules":[{"name":"s","expression":"rate(1 minute)","input":{"a":1}}],
                "timeoutSeconds":15,"memoryMB":256,"concurrency":4,"warm":1,"env":{"LEVEL":"debug"},"onFailure":"other",
                "maximumRetryAttempts":1,"maximumEventAgeSeconds":600,"wakeOnly":true,"description":"d"}
                """,
                "Other": #"{"name":"other"}"#, "Empty": " {} ", "NotAFunction": "",
            ].filter { $0.key != "NotAFunction" })
        let auth = try #require(found.entries.first { $0.manifest.name == "auth" })
        #expect(auth.executable == "/bin-dir/auth")
        #expect(auth.manifest.timeoutSeconds == 15)
        #expect(auth.manifest.onFailure == "other")
        #expect(auth.manifest.schedules.first?.input == .object(["a": .integer(1)]))
        let other = try #require(found.entries.first { $0.manifest.name == "other" }).manifest
        #expect(other == FunctionManifest(name: "other"))
        #expect(other.timeoutSeconds == 3)
        #expect(found.unwritten.count == 1)
    }

    @Test(arguments: [
        (#"{"nam":"x"}"#, "\"name\" is missing"),
        (#"{"name":"x","timout":3}"#, "there is no key \"timout\""),
        (#"{"name":"x","timeoutSeconds":"3"}"#, "\"timeoutSeconds\" must be a whole number"),
        (#"{"name":"x","timeoutSeconds":0}"#, "\"timeoutSeconds\" must be 1 to 900, not 0"),
        (#"{"name":"x","files":32}"#, "\"files\" must be 64 to 65536, not 32"),
        (#"{"name":"x","memoryMB":16}"#, "\"memoryMB\" must be 64 to 10240, not 16"),
        (#"{"name":"x","concurrency":2,"warm":3}"#, "\"warm\" must be 0 to 2, not 3"),
        (#"{"name":"X y"}"#, "\"name\" must be"),
        (#"{"name":"x","routes":["GET api"]}"#, "\"GET api\" is no \"METHOD /path\""),
        (#"{"name":"x","routes":["FETCH /api"]}"#, "\"FETCH /api\" is no"),
        (#"{"name":"x","routes":["GET /{a+}/b"]}"#, "is no \"METHOD /path\""),
        (
            #"{"name":"x","schedules":[{"name":"s","expression":"rate(0 minutes)"}]}"#,
            "\"schedules\": s: rate(0 minutes)"
        ),
        (#"{"name":"x","schedules":[{"name":"s"}]}"#, "each needs \"name\" and \"expression\""),
        (#"{"name":"x","env":{"AWS_REGION":"mars"}}"#, "\"env\": AWS_REGION can't be set"),
        (#"{"name":"x","onFailure":"nobody"}"#, "there is no function \"nobody\""),
        (#"{"name":"x","forward":["GET /a"]}"#, "\"forward\": only a persistent process"),
        (#"{"name":"x","persistent":true,"routes":["GET /a"]}"#, "\"persistent\": a persistent process has no routes"),
        (#"{"name":"x","persistent":true,"forward":["$default"]}"#, "\"forward\": \"$default\" is no"),
        (#"{"name":"x","connections":0}"#, "\"connections\" must be 1 to 100, not 0"),
        (#"{"name":"x""#, "ends too early"),
        (#"[]"#, "an object is needed"),
    ])
    func saysWhatIsWrong(_ text: String, _ words: String) throws {
        let error = try #require(throws: CatalogError.self) { try catalog(["Broken": text]) }
        #expect(error.description.contains("Broken/function.json: "))
        #expect(error.description.contains(words), "\(error)")
    }

    @Test func twoFunctionsCannotClaimTheSame() throws {
        let error = try #require(throws: CatalogError.self) {
            try catalog([
                "A": #"{"name":"a","routes":["GET /x"]}"#, "B": #"{"name":"b","routes":["GET /x"]}"#,
                "C": #"{"name":"a"}"#, "D": #"{"name":"d","persistent":true,"forward":["GET /x"]}"#,
            ])
        }
        #expect(error.problems.count == 3)
        #expect(error.description.contains("\"GET /x\" is declared by both"))
    }

    @Test func aMissingFolderIsNamed() throws {
        let error = try #require(throws: CatalogError.self) { try Catalog.read(functions: "/nowhere", binaries: "/") }
        #expect(error.description == "/nowhere: there is no such folder")
    }
}
