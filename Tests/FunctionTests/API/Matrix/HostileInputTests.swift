import API
import Domain
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

/// Every endpoint against what nobody's client sends: every member of the body, every query value, every part of the path,
/// the headers, and forged cursors. The answer is always one that the reference promises, and a refusal changes nothing.
@Suite struct HostileInputTests {
    @Test(.timeLimit(.minutes(5)), arguments: TestAPI.functions.map(\.folder))
    func everyAnswerIsAsDocumentedAndARefusalChangesNothing(folder: String) async throws {
        let endpoints = try #require(TestAPI.functions.first { $0.folder == folder }).endpoints
        try await TestAPI.with { api in
            for (number, endpoint) in endpoints.enumerated() {
                let tenant = try await Tenant(api, "tenant\(number)")
                try await attack(endpoint, tenant)
            }
        }
    }

    /// Of answers, and of the host's and the providers'.
    private static let notOfRequests: Set<String> = [
        "cache-control", "connection", "content-length", "content-security-policy", "location", "set-cookie",
        "transfer-encoding",
    ]

    @Test func everyHeaderThatIsReadIsTried() throws {
        let tried = Set(Hostile.headers.map(\.name))
        let read = /headers(?:\.all\(|\[)"([a-z-]+)"/
        var names: Set<String> = []
        for folder in ["Core", "Functions"] {
            let base = ProjectRoot.path + "/" + folder
            for path in try FileManager.default.subpathsOfDirectory(atPath: base) where path.hasSuffix(".swift") {
                let text = try String(contentsOfFile: "\(base)/\(path)", encoding: .utf8)
                names.formUnion(text.matches(of: read).map { String($0.1) })
            }
        }
        #expect(names.count > 8)
        let missing = names.subtracting(tried).subtracting(Self.notOfRequests).filter { !$0.hasPrefix("lambda-") }
        #expect(missing.isEmpty, "no hostile values for \(missing.sorted())")
    }

    private func attack(_ endpoint: Endpoint, _ tenant: Tenant) async throws {
        let requests = endpoint.hostileRequests(of: tenant)
        var before = try await tenant.fingerprint()
        let refused = try await refused(requests, by: endpoint, tenant.api)
        if refused.count < requests.count, endpoint.method != .get {
            // Some were good all the same and changed something: the others once more, by themselves.
            before = try await tenant.fingerprint()
            let again = try await self.refused(refused, by: endpoint, tenant.api)
            if again.count < refused.count { return }
        }
        #expect(
            try await tenant.fingerprint() == before, "a refused request changed something at \(endpoint.declaration)")
    }

    /// Sends them; those that were refused.
    private func refused(
        _ requests: [HostileRequest], by endpoint: Endpoint, _ api: TestAPI
    ) async throws -> [HostileRequest] {
        var refused: [HostileRequest] = []
        for (number, hostile) in requests.enumerated() {
            do {
                var request = hostile.request
                // From an address of its own: tries are counted by address.
                request.sourceIP = "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)"
                let response = try await api.response(to: request)
                if response.status >= 400 { refused.append(hostile) }
                check(response, to: hostile, of: endpoint)
            } catch {
                Issue.record("\(endpoint.declaration), \(hostile.name): 500, \(String(reflecting: error))")
            }
        }
        return refused
    }

    private func check(_ response: Response, to hostile: HostileRequest, of endpoint: Endpoint) {
        let text = String(decoding: response.body.prefix(300), as: UTF8.self)
        // A broken escape names no page at all.
        let isPage = TestAPI.endpoint(of: hostile.request)?.declaration == endpoint.declaration
        if !isPage, response.status < 500 { return }
        if let objection = endpoint.objection(to: response) {
            Issue.record("\(endpoint.declaration), \(hostile.name): \(objection) \(text)")
        }
        #expect(response.status >= 400 || !hostile.mustBeRefused, "\(endpoint.declaration) takes it: \(hostile.name)")
        #expect(response.status < 500, "\(endpoint.declaration), \(hostile.name): \(response.status) \(text)")
        #expect(!text.contains("parley.") && !text.contains("SQL"), "\(endpoint.declaration), \(hostile.name): \(text)")
    }
}
