import HTTPServer
import NIOHTTP1

extension HTTPListener {
    /// A listener on a free port of this machine for as long as `body` runs.
    nonisolated static func with(
        _ limits: HTTPLimits, serve: @escaping Serve = { $0.answer(.ok, []) },
        _ body: @HostLoop (HTTPListener) async throws -> Void
    ) async throws {
        let listener = try await bind(host: "127.0.0.1", port: 0, limits: limits, serve: serve)
        do {
            try await body(listener)
        } catch {
            await listener.close()
            throw error
        }
        await listener.close()
    }
}
