import Postgres
import Web

/// `GET /health`, `GET /api/health`: is this installation able to work? Public; load balancers and people ask it.
/// Reads nothing but the database's pulse. When that is missing the host turns the error into a 503 problem and logs why.
struct HealthHandler: Sendable {
    let database: Database
    let version: String

    private struct Health: Encodable {
        let status: String
        let database: String
        let version: String
    }

    func handle(_ request: Request) async throws -> Response {
        try await database.query("select 1")
        var response = try Response.json(Health(status: "ok", database: "ok", version: version))
        response.headers.add("cache-control", "no-store")
        return response
    }
}
