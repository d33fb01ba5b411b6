import Access
import Domain
import FoundationEssentials
import Postgres
import Store
import Web

/// What the assistant knows: training on the business profile, and the knowledge items themselves.
///
/// Authenticated by session cookie or bearer token, inside the organization of `x-organization-id` (else the user's own);
/// admins write, agents read. Training is one transaction: profile, items, snapshot; a repeat trains again on the same.
struct TrainingHandler: Sendable {
    private static let bodyLimit = 1 << 20

    let database: Database
    let writes: IdempotentWrites
    let clock: WallClock
    let ids: IDSource

    func train(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(TrainingForm.self, limit: Self.bodyLimit)
        let items = try form.checkedItems(ids: ids)
        return try await writes.once(request, user: caller.user, organization: caller.organization) { _ in
            let status = try await refusingForeignItems {
                try await database.transaction(for: caller.organization) { connection in
                    try await train(form.profile, items, caller.organization, connection)
                }
            }
            return .value(status.json)
        }
    }

    func status(_ request: Request, _ caller: Caller) async throws -> Response {
        let rows = try await database.pipeline(
            for: caller.organization,
            [.trainingStatus(of: caller.organization), .businessProfile(of: caller.organization)])
        guard let status = rows[0].first, let profile = rows[1].first else { throw Fault.notFound("organization") }
        return .value(
            try TrainingStatus(status).json.merging(["profile": try BusinessProfile(profile).json]) { $1 })
    }

    func list(_ request: Request, _ caller: Caller) async throws -> Response {
        let page = try PageRequest(try request.query(knowing: PageRequest.names), parts: 2)
        let after: (Date, KnowledgeItemID)? = try page.cursor?.position()
        let rows = try await database.pipeline(
            for: caller.organization,
            [.knowledgePage(of: caller.organization, after: after, limit: page.limit + 1)])
        let items = try rows[0].map { (item: try KnowledgeItem($0), at: try $0["created_at"] as Date) }
        return .page(Page(items, limit: page.limit) { Cursor($0.at, $0.item.id) }, \.item.json)
    }

    func create(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(ItemForm.self, limit: Self.bodyLimit)
        return try await writes.once(request, user: caller.user, organization: caller.organization) { subject in
            let item = try form.checked(id: KnowledgeItemID(subject), field: "")
            try await save(item, caller.organization)
            return .json(value: item.json, status: 201)
        }
    }

    func replace(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(ItemForm.self, limit: Self.bodyLimit)
        let item = try form.checked(id: try request.id("id", of: "knowledge item"), field: "")
        try await save(item, caller.organization)
        return .json(value: item.json)
    }

    func delete(_ request: Request, _ caller: Caller) async throws -> Response {
        let id: KnowledgeItemID = try request.id("id", of: "knowledge item")
        let rows = try await database.pipeline(for: caller.organization, [.delete(id)])
        guard !rows[0].isEmpty else { throw Fault.notFound("knowledge item") }
        return .noContent
    }

    private func train(
        _ change: ProfileForm?, _ items: [KnowledgeItem], _ organization: OrganizationID, _ connection: Connection
    ) async throws -> TrainingStatus {
        let now = clock.now()
        guard let row = try await connection.query(.businessProfile(of: organization)).first else {
            throw Fault.notFound("organization")
        }
        let profile = try (change ?? ProfileForm()).applied(to: try BusinessProfile(row))
        _ = try await connection.pipeline(try Query.save(profile, of: organization, at: now))
        let saved = try await connection.pipeline(items.map { .save($0, of: organization, at: now) })
        guard saved.allSatisfy({ !$0.isEmpty }) else { throw Self.full }
        let trained = try await connection.pipeline(
            try KnowledgeTraining.queries(for: profile, of: organization, ids: ids, at: now) + [
                try .event("knowledge.trained", about: organization.rawValue, of: organization, at: now)
            ])
        guard let row = trained.dropLast().last?.first else { throw Fault.notFound("organization") }
        return try TrainingStatus(row)
    }

    private func save(_ item: KnowledgeItem, _ organization: OrganizationID) async throws {
        let rows = try await refusingForeignItems {
            try await database.pipeline(for: organization, [.save(item, of: organization, at: clock.now())])
        }
        guard !rows[0].isEmpty else { throw Self.full }
    }

    private static let full = Fault.conflict("knowledge-full", "The organization has as many items as it may.")

    /// The id of an item of another organization is one that can't be had: row-level security refuses it (42501).
    private func refusingForeignItems<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == "42501" {
            throw Fault.notFound("knowledge item")
        }
    }
}

extension TrainingHandler {
    func declare(in routes: inout Routes) {
        for route in ["POST /api/training/train", "POST /api/v1/training"] { routes.member(route, as: .admin, train) }
        for route in ["GET /api/training/train", "GET /api/v1/training"] { routes.member(route, status) }
        routes.member("GET /api/v1/knowledge", list)
        routes.member("POST /api/v1/knowledge", as: .admin, create)
        routes.member("PUT /api/v1/knowledge/{id}", as: .admin, replace)
        routes.member("DELETE /api/v1/knowledge/{id}", as: .admin, delete)
    }
}
