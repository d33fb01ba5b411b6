import WhatsAppServer

/// A server on a port of the system's choice, for the length of `body`. What it saw last goes into the error.
func withServer<Value: Sendable>(
    _ change: (inout ServerConfiguration) -> Void = { _ in }, _ body: (WhatsAppServer) async throws -> Value
) async throws -> Value {
    var configuration = ServerConfiguration()
    configuration.lingering = 0.3
    change(&configuration)
    let server = try await WhatsAppServer.start(configuration)
    do {
        let value = try await body(server)
        await server.stop()
        return value
    } catch {
        let log = await server.remembered().suffix(20).map { "\($0)" }.joined(separator: "\n")
        await server.stop()
        throw ActionError("\(error)\n\(log)")
    }
}

extension WhatsAppServer {
    /// Until the line has acknowledged everything: what is left would be a loss.
    func untilNothingWaits(for line: Line) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while unacknowledged(line) > 0 {
            guard ContinuousClock.now < deadline else {
                throw ActionError("\(unacknowledged(line)) stanzas are still unacknowledged")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
