import API
import Web

/// What an operator should look at.
let endpoints: [Endpoint] = [.systemChecks]

extension Endpoint {
    static let systemChecks = Endpoint(
        .get, "/api/v1/system/checks", "What this installation finds when it looks at itself, a sentence each.",
        for: .platformStaff, answers: .list(of: SelfCheck.answer)
    ) { call in
        [try await SelfCheck.timeZoneData(in: call.database, at: call.now)]
    }
}
