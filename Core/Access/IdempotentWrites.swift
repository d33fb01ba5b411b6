package import Domain
package import FoundationEssentials
package import Postgres
import Store
package import Web

/// Runs a write once per `Idempotency-Key`: a repeat gets the first answer, the same key for anything else is refused.
///
/// The write is given the id of what it creates. A try that died after its commit is run again under the same id, so the
/// insert finds its own row and nothing is created twice.
package struct IdempotentWrites: Sendable {
    private let keys: IdempotencyKeyStore
    private let clock: WallClock
    private let ids: IDSource

    package init(database: Database, clock: WallClock, ids: IDSource) {
        keys = IdempotencyKeyStore(database: database)
        self.clock = clock
        self.ids = ids
    }

    package func once(
        _ request: Request, user: UserID, organization: OrganizationID? = nil,
        _ write: (_ subject: UUID) async throws -> Response
    ) async throws -> Response {
        guard let key = request.headers["idempotency-key"] else { return try await write(ids.next()) }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw Fault.invalid("idempotency-key", "Idempotency-Key must be 1 to 255 printable ASCII characters.")
        }
        let claim = try await keys.claim(
            key, user: user, fingerprint: Self.fingerprint(request, organization), subject: ids.next(), at: clock.now())
        switch claim {
        case .run(let attempt): return try await run(attempt, write)
        case .replay(let answer): return Self.replay(answer)
        case .busy:
            throw Fault(
                status: 409, code: "in-progress",
                detail: "The first request with this Idempotency-Key is still running.",
                retryAfter: 1)
        case .otherRequest:
            throw Fault(
                status: 422, code: "idempotency-key-reused",
                detail: "This Idempotency-Key was used for another request.", field: "idempotency-key")
        }
    }

    /// Only success is kept. A refused write changed nothing and may be tried again; of any other failure nobody knows
    /// whether it was committed, so the next try runs under the same id when this one's time is over.
    private func run(
        _ attempt: IdempotentTry, _ write: (_ subject: UUID) async throws -> Response
    ) async throws -> Response {
        let response: Response
        do {
            response = try await write(attempt.subject)
        } catch let fault as Fault {
            try? await keys.release(attempt)
            throw fault
        }
        let answer = IdempotencyAnswer(
            status: response.status, contentType: response.headers["content-type"],
            location: response.headers["location"], body: Data(response.body))
        try await keys.store(answer, of: attempt)
        return response
    }

    private static func replay(_ answer: IdempotencyAnswer) -> Response {
        var headers = Headers([("idempotent-replayed", "true")])
        if let type = answer.contentType { headers.add("content-type", type) }
        if let location = answer.location { headers.add("location", location) }
        return Response(status: answer.status, headers: headers, body: [UInt8](answer.body))
    }

    private static func fingerprint(_ request: Request, _ organization: OrganizationID?) -> Data {
        let head = "\(request.method.rawValue) \(request.path)?\(request.rawQuery) \(organization?.text ?? "")\n"
        return sha256(Array(head.utf8) + request.body)
    }
}
