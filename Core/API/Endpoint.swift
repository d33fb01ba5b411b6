import Access
import Domain
import FoundationEssentials
import FunctionHost
package import Web

/// An endpoint as a value: everything that is true of it, and what it does.
///
/// From the list of a function's endpoints come its router, the routes in its `function.json`, the OpenAPI document, the
/// reference page, the matrices of the tests, and the client's types; none of them is written a second time.
///
///     static let readOrganization = Endpoint(
///         .get, "/api/v1/organizations/{id}", also: ["GET /api/organizations/{id}"],
///         "An organization with its usage.",
///         for: .member(.viewer, in: .path("id")), answers: .one(OrganizationDetails.answer)
///     ) { call in try await call.organizations.read(call.organization).found("organization") }
package struct Endpoint: Sendable {
    package let method: Request.Method
    /// Canonical: `/api/v1/organizations/{id}`.
    package let path: String
    /// Other routes of the same endpoint, whole: `GET /api/organizations/{id}` (paths that older clients call).
    package let aliases: [String]
    /// One line for the reference.
    package let summary: String
    package let admittance: AdmittanceRule
    package let body: Input<Void>.Body
    package let query: [Shape.Member]
    /// Of the parameters in the path; an id where nothing is said.
    package let pathShapes: [String: Shape]
    package let reply: DocumentedReply
    /// Beside those that follow from the rest: see `faults`.
    package let ownFaults: [DocumentedFault]
    package let repeats: Repeats
    package let limits: [RateLimit]
    /// Bytes.
    package let bodyLimit: Int
    /// A body that is taken; names of `Example` stand for ids.
    package let example: JSONValue?
    package let respond: @Sendable (Request, APIEnvironment) async throws -> Response

    /// What happens when the same request comes twice.
    package enum Repeats: Sendable, Equatable {
        /// Changes nothing.
        case safe
        /// Twice is as good as once.
        case harmless
        /// Once per `Idempotency-Key`.
        case once
    }

    package init<Caller, Taken, Value>(
        _ method: Request.Method, _ path: String, also aliases: [String] = [], _ summary: String,
        for admittance: Admittance<Caller>, path pathShapes: [String: Shape] = [:],
        takes input: Input<Taken>, limit bodyLimit: Int = 64 << 10,
        answers reply: Reply<Value>, faults: [DocumentedFault] = [], repeats: Repeats? = nil,
        limits: [RateLimit] = [], example: JSONValue? = nil,
        _ handle: @escaping @Sendable (Call<Caller>, Taken) async throws -> Value
    ) {
        self.method = method
        self.path = path
        self.aliases = aliases
        self.summary = summary
        self.admittance = admittance.rule
        body = .init(input.body)
        query = input.query
        self.pathShapes = pathShapes
        self.reply = DocumentedReply(status: reply.status, content: .init(reply.content))
        ownFaults = faults
        let repeats = repeats ?? (method == .get ? .safe : .harmless)
        self.repeats = repeats
        self.limits = limits
        self.bodyLimit = bodyLimit
        self.example = example
        respond = { request, api in
            do {
                let admitted = try await admittance.admit(request, api)
                for (name, word) in request.pathParameters where pathShapes[name] != nil && word.utf8.contains(0) {
                    throw Fault.holdsNUL(name)
                }
                let taken = try input.read(request, bodyLimit)
                let response = try await Self.run(repeats, request, admitted, api) { subject in
                    // Not of a repeat that only gets the first answer again.
                    try await limits.take("\(method.rawValue) \(path)", request, admitted, api)
                    let call = Call(
                        request: request, caller: admitted.caller, api: api, now: api.clock.now(), subject: subject)
                    return try reply.response(try await handle(call, taken))
                }
                return admitted.finishing(response)
            } catch let error as any FaultConvertible {
                throw error.fault
            }
        }
    }

    /// An endpoint that takes nothing beside its path.
    package init<Caller, Value>(
        _ method: Request.Method, _ path: String, also aliases: [String] = [], _ summary: String,
        for admittance: Admittance<Caller>, path pathShapes: [String: Shape] = [:], answers reply: Reply<Value>,
        faults: [DocumentedFault] = [], repeats: Repeats? = nil, limits: [RateLimit] = [],
        _ handle: @escaping @Sendable (Call<Caller>) async throws -> Value
    ) {
        self.init(
            method, path, also: aliases, summary, for: admittance, path: pathShapes, takes: Input<Void>.nothing,
            answers: reply, faults: faults, repeats: repeats, limits: limits
        ) { call, _ in try await handle(call) }
    }

    private static func run<Caller>(
        _ repeats: Repeats, _ request: Request, _ admitted: Admitted<Caller>, _ api: APIEnvironment,
        _ work: (_ subject: UUID) async throws -> Response
    ) async throws -> Response {
        guard repeats == .once, let user = admitted.user else { return try await work(api.ids.next()) }
        return try await api.writes.once(request, user: user, organization: admitted.organization) { subject in
            do {
                return try await work(subject)
            } catch let error as any FaultConvertible {
                // A refusal, which frees the key; of any other failure nobody knows what it left.
                throw error.fault
            }
        }
    }
}

extension Admitted {
    /// Answers belong to one caller: no cache may keep them. A browser's cookie is rolled, unless the answer sets one.
    fileprivate func finishing(_ response: Response) -> Response {
        guard user != nil else { return response }
        var response = response
        if response.headers["cache-control"] == nil { response.headers.add("cache-control", "no-store") }
        if response.cookies.isEmpty, let cookie { response.cookies = [cookie] }
        return response
    }
}

/// An error that knows its answer. Everything else that is thrown becomes a 500 that says nothing.
package protocol FaultConvertible: Error {
    var fault: Fault { get }
}

/// The good answer, for the reference.
package struct DocumentedReply: Sendable, Equatable {
    package var status: Int
    package var content: Reply<Void>.Content
}

/// A refusal of an endpoint's own.
package struct DocumentedFault: Sendable, Equatable {
    package var status: Int
    package var code: String
    package var about: String

    package init(_ status: Int, _ code: String, _ about: String) {
        self.status = status
        self.code = code
        self.about = about
    }
}

extension Input<Void>.Body {
    fileprivate init<Taken>(_ body: Input<Taken>.Body) {
        self =
            switch body {
            case .none: .none
            case .json(let members, let isOptional): .json(members, isOptional: isOptional)
            case .form(let members): .form(members)
            case .bytes: .bytes
            }
    }
}

extension Reply<Void>.Content {
    fileprivate init<Shown>(_ content: Reply<Shown>.Content) {
        self =
            switch content {
            case .nothing: .nothing
            case .json(let shape): .json(shape)
            case .bytes(let types): .bytes(types)
            case .jsonOrBytes(let shape, let types): .jsonOrBytes(shape, types)
            }
    }
}
