import API
import Foundation
import Support
import Testing
import Web

/// What is true of every endpoint.
@Suite struct EndpointTests {
    private static var all: [Endpoint] { TestAPI.functions.flatMap(\.endpoints) }

    @Test(arguments: TestAPI.functions.map(\.folder))
    func whatTheHostIsToldIsWhatIsServed(folder: String) throws {
        struct Declaration: Decodable { var routes: [String]? }
        let path = ProjectRoot.path + "/Functions/\(folder)/function.json"
        let declared = try JSONDecoder().decode(
            Declaration.self, from: try #require(FileManager.default.contents(atPath: path)))
        let endpoints = try #require(TestAPI.functions.first { $0.folder == folder }).endpoints
        #expect(Set(declared.routes ?? []) == Set(endpoints.flatMap(\.routes)))
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
