import FoundationEssentials
import HTTPServer
import NIOCore
import NIOHTTP1

/// What a process has registered as internal extensions. Registering is how a function asks for SIGTERM before it is
/// killed.
@HostLoop
struct ExtensionRegistration {
    /// Ten per environment, as on Lambda.
    private static let limit = 10

    private struct Member {
        var followsInvocations: Bool
        var parked: HTTPExchange?
        /// An INVOKE event that arrived while it was not polling.
        var undelivered: ByteBuffer?
    }

    private var members: [String: Member] = [:]

    var isRegistered: Bool { !members.isEmpty }

    /// True when everyone who follows invocations is waiting for the next one.
    var isReady: Bool {
        members.values.allSatisfy { !$0.followsInvocations || ($0.parked?.isWaiting ?? false) }
    }

    /// Returns the new extension's identifier, or `nil` when there are too many.
    mutating func register(events: [String]) -> String? {
        guard members.count < Self.limit else { return nil }
        let identifier = UUID().uuidString.lowercased()
        members[identifier] = Member(followsInvocations: events.contains("INVOKE"))
        return identifier
    }

    /// Parks a poll; false when the identifier is unknown.
    mutating func park(_ exchange: HTTPExchange, identifier: String) -> Bool {
        guard var member = members[identifier] else { return false }
        if let event = member.undelivered {
            member.undelivered = nil
            exchange.answer(.ok, [("content-type", "application/json")], event)
        } else {
            member.parked = exchange
        }
        members[identifier] = member
        return true
    }

    mutating func invoked(_ id: String, arn: String, deadline: Int) {
        guard !members.isEmpty else { return }
        let event = ByteBuffer(
            string:
                #"{"eventType":"INVOKE","deadlineMs":\#(deadline),"requestId":"\#(id)","invokedFunctionArn":"\#(arn)"}"#
        )
        for identifier in members.keys where members[identifier]?.followsInvocations == true {
            if let exchange = members[identifier]?.parked, exchange.isWaiting {
                exchange.answer(.ok, [("content-type", "application/json")], event)
            } else {
                members[identifier]?.undelivered = event
            }
            members[identifier]?.parked = nil
        }
    }
}

extension FunctionProcess {
    private struct Registration: Decodable {
        var events: [String]?
    }

    /// `POST /2020-01-01/extension/register`
    func registerExtension(_ exchange: HTTPExchange) {
        guard exchange.head.headers.contains(name: "lambda-extension-name") else {
            return exchange.answer(.badRequest, json: LambdaError("Extension.MissingName", "name it").json)
        }
        guard let body = try? JSONDecoder().decode(Registration.self, from: Data(exchange.body.readableBytesView))
        else {
            return exchange.answer(.badRequest, json: LambdaError("InvalidRequestFormat", "not the JSON wanted").json)
        }
        let events = body.events ?? []
        guard events.allSatisfy({ $0 == "INVOKE" }) else {
            let error = LambdaError("Extension.InvalidEventType", "an internal extension may ask for INVOKE only")
            return exchange.answer(.forbidden, json: error.json)
        }
        guard let identifier = extensions.register(events: events) else {
            return exchange.answer(.forbidden, json: LambdaError("Extension.TooManyExtensions", "at most 10").json)
        }
        let answer =
            #"{"functionName":"\#(manifest.name)","functionVersion":"$LATEST","handler":"\#(manifest.handler ?? manifest.name)"}"#
        exchange.answer(.ok, json: answer, [("Lambda-Extension-Identifier", identifier)])
    }

    /// `GET /2020-01-01/extension/event/next`
    func nextExtensionEvent(_ exchange: HTTPExchange) {
        let identifier = exchange.head.headers.first(name: "lambda-extension-identifier") ?? ""
        guard extensions.park(exchange, identifier: identifier) else {
            let error = LambdaError("Extension.UnknownExtensionIdentifier", "register first")
            return exchange.answer(.forbidden, json: error.json)
        }
        readyIfDone()
    }
}
