import API
import FunctionHost
import Postgres
import Web

/// Says whether this installation is able to work. Load balancers and people ask it.
let endpoints: [Endpoint] = [.health]

extension Endpoint {
    /// Reads nothing but the database's pulse. When that is missing the host answers 503 and logs why.
    static let health = Endpoint(
        .get, "/api/health", also: ["GET /health"], "Says whether this installation is able to work.",
        for: .everybody,
        answers: .one(Health.answer).adding { _, response in
            response.headers.add("cache-control", "no-store")
        }
    ) { call in
        try await call.database.query("select 1")
        return Health(version: call.configuration.version)
    }
}

private struct Health {
    let status = "ok"
    let database = "ok"
    var version: String

    static let answer = Answer<Health> {
        $0.field("status", \.status)
        $0.field("database", \.database)
        $0.field("version", \.version)
    }
}
