import API
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

/// Every text of every body of the API with what strangers write: `HostileInputTests` tries the whole list on each; here is shown
/// that the words really come to the columns that they are said to reach, and that turns and sends live on with them there.
@Suite struct APITortureTests {
    /// All kinds of trouble that a column may keep.
    private static let words = "😀 👩\u{200D}👩\u{200D}👧\r\n🇩🇪 e\u{301} \u{202E}x\u{2028}'\\%"

    @Test(.timeLimit(.minutes(3))) func wordsReachTheirColumnsAndTheRoadGoesOn() async throws {
        try await TestAPI.with { api in
            let endpoints = TestAPI.functions.flatMap(\.endpoints).filter {
                $0.method != .get && $0.admittance.needsSession
            }
            var missing = ForeignColumns.words.filter { $0.value.contains(.api) }.map(\.key)
            var taken = 0
            for (number, endpoint) in endpoints.enumerated() {
                guard case .json(let members, _) = endpoint.body else { continue }
                let tenant = try await Tenant(api, "tenant\(number)")
                // With room for one more of everything.
                try await api.db.owner.query("update parley.organizations set plan = 'enterprise'")
                for place in Place.all(in: members) where place.isText {
                    guard try await post(place, endpoint, tenant) else { continue }
                    taken += 1
                    // Looked for at once: the next one may replace it.
                    missing = try await api.columnsWithout("😀", among: missing)
                }
            }
            #expect(taken > 30, "only \(taken) places took the words")
            try await upload(api)
            _ = try await api.work()
            try await api.expectNothingStuck()
            missing = try await api.columnsWithout("😀", among: missing)
            #expect(missing.isEmpty, "nothing reached \(missing)")
        }
    }

    /// True when it was taken.
    private func post(_ place: Place, _ endpoint: Endpoint, _ tenant: Tenant) async throws -> Bool {
        var request = endpoint.goodRequest(of: tenant)
        let example = tenant.example(of: endpoint) ?? .object([:])
        request.setBody(place.body(example, Hostile.quoted(Self.words)), "application/json")
        request.headers.add("idempotency-key", UUID().uuidString)
        let answer = try await tenant.api.answer(request)
        #expect(
            answer.status < 300 || (400..<500).contains(answer.status),
            "\(endpoint.declaration), \(place.name): \(answer.text)")
        return answer.status < 300
    }

    private func upload(_ api: TestAPI) async throws {
        let owner = try await api.signUp("uploader")
        _ = try await api.call(
            "POST /api/v1/uploads?filename=%F0%9F%98%80%0D%0A.png", as: owner, headers: [("content-type", "image/png")],
            raw: [1])
    }
}

extension Place {
    fileprivate var isText: Bool {
        if case .text = shape.withoutNull { return true }
        return false
    }
}
