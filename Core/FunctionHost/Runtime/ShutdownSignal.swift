/// Asks the host for a SIGTERM before it kills the process, by registering an internal extension. Without one the process only
/// ever sees SIGKILL.
struct ShutdownSignal {
    /// Held open: the request for the next event stays parked on it, as every extension's must.
    private let connection: LoopbackConnection

    /// `nil` when the host offers no extensions; the function then runs without the signal.
    static func request(authority: String) -> ShutdownSignal? {
        do throws(LoopbackError) {
            let connection = try LoopbackConnection(authority: authority)
            let response = try connection.exchange(
                LoopbackRequest(
                    method: "POST", path: "/2020-01-01/extension/register",
                    headers: [("Lambda-Extension-Name", "parley"), ("Content-Type", "application/json")],
                    body: Array(#"{"events":[]}"#.utf8)),
                timeout: 2)
            guard response.status == 200, let identifier = response.headers["lambda-extension-identifier"] else {
                return nil
            }
            // Subscribed to nothing, so this is never answered.
            try connection.post(
                andForget: LoopbackRequest(
                    method: "GET", path: "/2020-01-01/extension/event/next",
                    headers: [("Lambda-Extension-Identifier", identifier)]))
            return ShutdownSignal(connection: connection)
        } catch {
            return nil
        }
    }
}
