import Environment
import Outbound

/// Asks for an address now and then: some hosts put a program to sleep that nobody has visited for a quarter of an hour.
struct KeepAlive: Sendable {
    /// Seconds an answer may take.
    private static let patience = 10.0

    let url: String
    let minutes: Double
    let http: HTTPClient
    /// Hears of failures.
    let report: @Sendable (String) async -> Void

    /// `nil` when no address is set.
    init?(
        _ environment: [String: String], http: (String) -> HTTPClient = { .live(allowedPrivate: [$0], connections: 1) },
        report: @escaping @Sendable (String) async -> Void
    ) throws {
        guard let url = Variable.keepAliveURL.set(in: environment) else { return nil }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw StartError("\(Variable.keepAliveURL.name) must begin with http:// or https://")
        }
        if let problem = Variable.keepAliveMinutes.problem(in: environment) { throw StartError(problem) }
        let minutes: Double = try Variable.keepAliveMinutes.number(in: environment)
        (self.url, self.minutes, self.http, self.report) = (url, minutes, http(url), report)
    }

    /// Until it is cancelled.
    func run() async {
        while (try? await Task.sleep(for: .seconds(minutes * 60))) != nil { await visit() }
    }

    func visit() async {
        do throws(OutboundError) {
            let status = try await http.send(
                OutboundRequest(method: "GET", url: url, timeout: Self.patience)
            ).status
            if status >= 400 { await report("\(Variable.keepAliveURL.name) answered \(status)") }
        } catch {
            await report("\(Variable.keepAliveURL.name) could not be reached: \(error)")
        }
    }
}
