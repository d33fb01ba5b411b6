import ArgumentParser
import FoundationEssentials
import Glibc
import Web

/// `parley openapi`: what the built functions say of their endpoints, put together.
struct OpenAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Prints the API as an OpenAPI 3.1 document.",
        discussion: "Asks each built function for its endpoints (`--describe`).")

    @OptionGroup var installation: Installation

    @Flag(help: "Print the types of a client in TypeScript instead.")
    var typescript = false

    @Flag(help: "Write the document, the client's types and the routes in each function.json.")
    var write = false

    func run() async throws {
        let described = try await Self.described(by: installation.catalog())
        let document = OpenAPI.document(paths: described.reduce(into: [:]) { $0.merge($1.paths) { _, last in last } })
        guard write else {
            print(typescript ? TypeScript.declarations(of: document) : document.indented, terminator: "")
            return
        }
        let folder = installation.functionsFolder + "/Reference"
        try Data(document.indented.utf8).write(to: URL(filePath: folder + "/openapi.json"))
        try Data(TypeScript.declarations(of: document).utf8).write(to: URL(filePath: folder + "/api.d.ts"))
        for function in described { try function.writeRoutes() }
    }

    private struct Described {
        let manifest: String
        /// Of the list in the manifest.
        let key: String
        let routes: [String]
        let paths: [String: JSONValue]

        /// Only the routes change; the rest of a `function.json` is written by people.
        func writeRoutes() throws {
            let text = try String(contentsOfFile: manifest, encoding: .utf8)
            guard let old = text.firstMatch(of: try Regex("\"\(key)\":\\[[^\\]]*\\]")) else {
                throw ValidationError("\(manifest) has no \"\(key)\" to replace")
            }
            let list = String(decoding: JSONValue.array(routes.map(JSONValue.string)).bytes, as: UTF8.self)
            let new = text.replacing(text[old.range], with: "\"\(key)\":" + list)
            try Data(new.utf8).write(to: URL(filePath: manifest))
        }
    }

    private static func described(by catalog: Catalog) async throws -> [Described] {
        var described: [Described] = []
        // What is no endpoint of the API (pages for browsers) has nothing to describe.
        for entry in catalog.entries {
            let manifest = entry.manifest
            guard (manifest.routes + manifest.forward).contains(where: { $0.contains(" /api/") }) else { continue }
            let json = try await description(by: entry.executable)
            described.append(
                Described(
                    manifest: entry.folder + "/function.json", key: manifest.persistent ? "forward" : "routes",
                    routes: (json["routes"]?.array ?? []).compactMap(\.string), paths: json["paths"]?.object ?? [:]))
        }
        return described
    }

    private static func description(by executable: String) async throws -> JSONValue {
        let text = try await Tool.run(executable, ["--describe"])
        return try JSONValue(parsing: Array(text.utf8))
    }
}
