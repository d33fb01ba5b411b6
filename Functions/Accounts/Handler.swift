import Access
import Domain
import FoundationEssentials
import Store
import Web

/// WhatsApp lines: make one, list, read, change and delete them, and their statistics. `/api/accounts` and
/// `/api/v1/devices` are two views of the same channels (ruling C1).
///
/// Authenticated by session cookie or bearer token, inside the organization of `x-organization-id` (else the user's own):
/// agents read, admins do the rest. Writes take `Idempotency-Key`. Connecting is the session worker's work: these routes
/// write what is wanted of a line, and answer with the line as it is.
struct AccountsHandler: Sendable {
    static let bodyLimit = 64 << 10

    let lines: LineStore
    let organizations: OrganizationStore
    let writes: IdempotentWrites
    let clock: WallClock

    func list(_ request: Request, _ caller: Caller) async throws -> Response {
        let page = try PageRequest(try request.query(knowing: PageRequest.names), parts: 2)
        let found = try await lines.list(
            of: caller.organization, after: try page.cursor?.position(), limit: page.limit + 1)
        return .page(Page(found, limit: page.limit) { Cursor($0.createdAt, $0.id) }) { .object($0.json) }
    }

    func create(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(LineForm.self, limit: Self.bodyLimit)
        let country = try await country(of: caller)
        return try await writes.once(request, user: caller.user, organization: caller.organization) { subject in
            let new = try form.newLine(ChannelID(subject), country: country)
            let made = try await faulting {
                try await lines.create(new, of: caller.organization, limit: \.lineLimit, at: clock.now())
            }
            var response = Response.value(made.json, status: 201)
            response.headers.add("location", "/api/v1/devices/\(made.id.text)")
            return response
        }
    }

    func read(_ request: Request, _ caller: Caller) async throws -> Response {
        .value(try await line(request, caller).json)
    }

    func update(_ request: Request, _ caller: Caller) async throws -> Response {
        let id: ChannelID = try request.id("id", of: "account")
        let change = try LineChangeForm.change(in: request)
        guard change != LineChange() else { throw Fault.malformed("Name at least one field to change.") }
        return try await writes.once(request, user: caller.user, organization: caller.organization) { _ in
            let changed = try await faulting {
                try await lines.change(id, of: caller.organization, change, at: clock.now())
            }
            return .value(changed.json)
        }
    }

    /// `?dry_run=true` only says what would go with the line.
    func delete(_ request: Request, _ caller: Caller) async throws -> Response {
        let id: ChannelID = try request.id("id", of: "account")
        let isDryRun = try request.query(knowing: ["dry_run"])["dry_run"]
        guard [nil, "true", "false"].contains(isDryRun) else { throw Fault.invalid("dry_run", "Say true or false.") }
        let cascade = try await deleting {
            isDryRun == "true"
                ? try await lines.cascade(id, of: caller.organization)
                : try await lines.delete(id, of: caller.organization, at: clock.now())
        }
        guard let cascade else { throw Fault.notFound("account") }
        return .value(["id": .string(id.text), "deleted": .bool(isDryRun != "true"), "cascade": cascade.json])
    }

    func stats(_ request: Request, _ caller: Caller) async throws -> Response {
        let now = clock.now()
        let id: ChannelID = try request.id("id", of: "account")
        guard let stats = try await lines.stats(id, of: caller.organization, at: now) else {
            throw Fault.notFound("account")
        }
        return .value(stats.json(at: now))
    }

    func line(_ request: Request, _ caller: Caller) async throws -> Line {
        guard let line = try await lines.line(try request.id("id", of: "account"), of: caller.organization) else {
            throw Fault.notFound("account")
        }
        return line
    }

    /// How local numbers are read.
    func country(of caller: Caller) async throws -> String {
        guard let organization = try await organizations.read(caller.organization) else {
            throw Fault.notFound("organization")
        }
        return organization.country
    }

    func faulting<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as LineStoreError {
            throw Fault(error)
        }
    }

    private func deleting<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch LineStoreError.noLine {
            throw Fault.conflict(
                "provider-number", "This number belongs to a provider; release it with provision-number instead.")
        }
    }
}

extension Fault {
    init(_ error: LineStoreError) {
        self =
            switch error {
            case .noLine: .notFound("account")
            case .noOrganization: .notFound("organization")
            case .unknownPersona: .invalid("persona_id", "There is no such persona.")
            case .planLimit(let limit):
                .conflict(
                    "plan-limit",
                    "The plan has room for \(limit) linked \(limit == 1 ? "line" : "lines"), and that is taken.")
            }
    }
}
