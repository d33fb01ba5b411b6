import Environment
import FoundationEssentials
package import Logging
import Web

/// A function as the host sees it: a payload goes in, a result comes out. HTTP events go to the router, all others to
/// `onEvent`. The in-process tests and the Runtime API loop both enter here.
package struct Dispatcher: Sendable {
    private let function: Function
    private let settings: HTTPSettings
    private let logger: Logger

    package init(function: Function, settings: HTTPSettings, logger: Logger) {
        self.function = function
        self.settings = settings
        self.logger = logger
    }

    func outcome(of invocation: Invocation) async -> Result<[UInt8], any Error> {
        do {
            return .success(try await serve(invocation.payload, context: invocation.context))
        } catch {
            return .failure(error)
        }
    }

    /// Throws only for events that are not HTTP: an HTTP request always gets an answer.
    package func serve(_ payload: [UInt8], context: InvocationContext) async throws -> [UInt8] {
        if let json = try? JSONValue(parsing: payload), let event = HTTPEvent(json) {
            return HTTPEventResponse.json(await answer(event, context))
        }
        guard let onEvent = function.onEvent else {
            throw RefusedEvent(what: "it is no such request", takesSchedules: false)
        }
        if function.events == .schedules { try DirectEvent.check(payload) }
        return Array(try await onEvent(Data(payload), context))
    }

    private func answer(_ event: HTTPEvent, _ context: InvocationContext) async -> Response {
        var response: Response
        do {
            var request = try event.request(requestID: context.requestID, bodyLimit: HTTPSettings.bodyLimit)
            request.sourceIP = settings.proxies.clientAddress(
                peer: request.sourceIP, forwardedFor: request.headers["x-forwarded-for"])
            request.deadline = context.deadline
            response = try await function.router.handle(request)
        } catch {
            response = ErrorAnswer.response(to: error, requestID: context.requestID, logger: logger)
        }
        settings.securityHeaders.add(to: &response, requestID: context.requestID)
        return response
    }
}

package struct HTTPSettings: Sendable {
    /// What Lambda takes: 6 MB.
    static let bodyLimit = 6 << 20

    let proxies: TrustedProxies
    let securityHeaders: SecurityHeaders

    package init(_ configuration: Configuration) throws(ConfigurationError) {
        guard let proxies = TrustedProxies(configuration[.trustedProxies] ?? "") else {
            throw .malformed(Variable.trustedProxies.name)
        }
        self.proxies = proxies
        securityHeaders = SecurityHeaders(isHTTPS: configuration[.publicURL]?.hasPrefix("https://") ?? false)
    }
}
