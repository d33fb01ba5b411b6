import API
import Foundation
import Support
import Testing
import Web

@testable import Reference

/// What is true of every endpoint.
@Suite struct EndpointTests {
    private static var all: [Endpoint] { TestAPI.functions.flatMap(\.endpoints) }

    @Test(arguments: TestAPI.functions.map(\.folder))
    func whatTheHostIsToldIsWhatIsServed(folder: String) throws {
        struct Declaration: Decodable { var routes, forward: [String]? }
        let path = ProjectRoot.path + "/Functions/\(folder)/function.json"
        let declared = try JSONDecoder().decode(
            Declaration.self, from: try #require(FileManager.default.contents(atPath: path)))
        let endpoints = try #require(TestAPI.functions.first { $0.folder == folder }).endpoints
        #expect(Set((declared.routes ?? []) + (declared.forward ?? [])) == Set(endpoints.flatMap(\.routes)))
    }

    @Test func noRouteIsServedTwice() {
        var seen: Set<String> = []
        for route in Self.all.flatMap(\.routes) { #expect(seen.insert(route).inserted, "\(route)") }
        #expect(Set(Self.all.map(\.operationID)).count == Self.all.count)
    }

    @Test func everyEndpointSaysWhatItIs() {
        for endpoint in Self.all {
            #expect(endpoint.summary.hasSuffix("."), "\(endpoint.declaration)")
            #expect(endpoint.path.hasPrefix("/api/v1/") || !endpoint.admittance.needsSession, "\(endpoint.declaration)")
            if case .json(let members, _) = endpoint.body, members.contains(where: \.isRequired) {
                #expect(endpoint.example != nil, "\(endpoint.declaration) has no example")
            }
        }
    }
}

/// What `parley openapi --write` made is what the endpoints say.
@Suite struct OpenAPIDocumentTests {
    private static func committed(_ name: String) -> String {
        let bytes = FileManager.default.contents(atPath: ProjectRoot.path + "/Functions/Reference/\(name)") ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }

    private static var document: JSONValue {
        let endpoints = TestAPI.functions.flatMap(\.endpoints)
        return OpenAPI.document(paths: OpenAPI.paths(of: endpoints).object ?? [:])
    }

    @Test func theDocumentIsUpToDate() {
        #expect(
            Self.committed("openapi.json") == Self.document.indented,
            "run: swift build && .build/debug/parley openapi --write")
    }

    @Test func theClientsTypesAreUpToDate() {
        #expect(
            Self.committed("api.d.ts") == TypeScript.declarations(of: Self.document),
            "run: swift build && .build/debug/parley openapi --write")
    }

    @Test func everyOperationIsInTheReference() throws {
        let operations = OpenAPI.operations(in: Self.document)
        #expect(operations.count == TestAPI.functions.flatMap(\.endpoints).count)
        let page = ReferencePage.html(of: Self.document)
        for operation in operations { #expect(page.contains("<code>\(operation.path)</code>")) }
        #expect(!page.contains("<script"))
    }
}
