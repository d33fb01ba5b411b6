package import Domain
package import FoundationEssentials
package import Postgres

/// Seals every stored secret anew under the first of PARLEY_SECRET_KEYS, so that the others can be taken away. Run by the
/// operator, beside everything else that runs; stopped anywhere it may be run again, and goes on with what is left.
package struct KeyRotation: Sendable {
    /// Rows of one transaction, which holds up the line that they belong to.
    private static let page = 200
    /// Organizations, and lines of one, asked for at once.
    private static let list = 500

    package struct Outcome: Sendable, Equatable {
        package var renewed = 0
        /// No listed key opens them: they stay as they are.
        package var unreadable = 0

        package init(renewed: Int = 0, unreadable: Int = 0) {
            self.renewed = renewed
            self.unreadable = unreadable
        }

        package static func += (total: inout Outcome, part: Outcome) {
            total.renewed += part.renewed
            total.unreadable += part.unreadable
        }
    }

    let app: Database
    private let owner: Connection
    let box: SecretBox

    /// - Parameters:
    ///   - app: the role `parley_keys`: each organization's secrets are handled under its own policy.
    ///   - owner: a role that may migrate: lists the organizations, and the platform's keys are its.
    package init(app: Database, owner: Connection, box: SecretBox) {
        self.app = app
        self.owner = owner
        self.box = box
    }

    /// - Parameter progress: called after each owner of secrets that had any to seal; `nil` stands for the platform.
    package func run(
        at now: Date, progress: (OrganizationID?, Outcome) -> Void = { _, _ in }
    ) async throws -> Outcome {
        var total = try await platform(at: now)
        if total != Outcome() { progress(nil, total) }
        var last: OrganizationID?
        repeat {
            let organizations = try await organizations(after: last)
            for organization in organizations {
                let outcome = try await secrets(of: organization, at: now)
                if outcome != Outcome() { progress(organization, outcome) }
                total += outcome
            }
            last = organizations.count == Self.list ? organizations.last : nil
        } while last != nil
        return total
    }

    private func organizations(after last: OrganizationID?) async throws -> [OrganizationID] {
        try await owner.query("select id from parley.organizations_after(\(last), \(Self.list)::integer) as id")
            .map { row in try row["id"] }
    }

    // MARK: Keys of model providers

    private func platform(at now: Date) async throws -> Outcome {
        try await owner.query("begin")
        do {
            try await owner.script("set local role parley_owner; set local search_path = parley")
            let rows = try await owner.query(
                "select id, provider, key_id, sealed from platform_keys")
            let outcome = try await credentials(rows, scope: .platform, on: owner, at: now)
            try await owner.query("commit")
            return outcome
        } catch {
            _ = try? await owner.query("rollback")
            throw error
        }
    }

    private func credentials(
        _ rows: [Row], scope: ProviderCredential.Scope, on connection: Connection, at now: Date
    ) async throws -> Outcome {
        var outcome = Outcome()
        for row in rows {
            let old = try ProviderCredential(row, scope: scope)
            do {
                guard let new = try old.renewed(with: box) else { continue }
                outcome.renewed += try await connection.query(.replaceSealing(of: old, with: new, at: now)).count
            } catch is SecretBoxError {
                outcome.unreadable += 1
            }
        }
        return outcome
    }

    // MARK: One organization

    private func secrets(of organization: OrganizationID, at now: Date) async throws -> Outcome {
        var outcome = try await app.transaction(for: organization) { connection in
            let rows = try await connection.query(.credentials(of: organization))
            return try await credentials(rows, scope: .organization(organization), on: connection, at: now)
        }
        for line in try await lines(of: organization) {
            let keys = LineKeys(readingOf: line, in: organization, box: box)
            for kind in LineKeys.SealedRows.all { outcome += try await secrets(of: kind, keys, line, organization) }
        }
        outcome += try await recordings(of: organization)
        return outcome
    }

    /// Deleted ones too, until their worker has wiped them.
    private func lines(of organization: OrganizationID) async throws -> [ChannelID] {
        var lines: [ChannelID] = []
        while true {
            let rows = try await app.pipeline(
                for: organization,
                [
                    """
                    select channel_id from whatsapp_lines
                    where organization_id = \(organization) and (\(lines.last)::uuid is null or channel_id > \(lines.last))
                    order by channel_id limit \(Self.list)
                    """
                ])[0]
            lines += try rows.map { row in try row["channel_id"] }
            if rows.count < Self.list { return lines }
        }
    }

    /// A page at a time, by name: what can't be opened is passed over. Whoever writes a line's secrets holds its row.
    private func secrets(
        of kind: LineKeys.SealedRows, _ keys: LineKeys, _ line: ChannelID, _ organization: OrganizationID
    ) async throws -> Outcome {
        var outcome = Outcome()
        var last: String? = ""
        while let name = last {
            last = try await app.transaction(for: organization) { connection in
                let rows = try await connection.pipeline([
                    "select from whatsapp_lines where channel_id = \(line) for no key update",
                    keys.older(of: kind, after: name, limit: Self.page),
                ])[1]
                guard !rows.isEmpty else { return nil }
                let renewed = try await keys.renew(rows, of: kind, with: connection)
                outcome += Outcome(renewed: renewed, unreadable: rows.count - renewed)
                return rows.count == Self.page ? try rows.last?["name"] : nil
            }
        }
        return outcome
    }
}
