extension DatabaseRole {
    /// A table that `parley_app` may not use as it likes, and what others may do with it: rights as GRANT names them.
    struct Table: Sendable {
        let name: String
        let rights: [DatabaseRole: String]
        /// Of `parley_app`, and so of every role that works on organizations.
        let common: String?

        init(_ name: String, _ rights: [DatabaseRole: String], everybody common: String? = nil) {
            self.name = name
            self.rights = rights
            self.common = common
        }
    }

    private static let all = "select, insert, update, delete"

    static let tables =
        [
            Table(
                "api_keys",
                [
                    .api: "select, update (last_used_at)",
                    .auth: "select, insert, update (last_used_at, revoked_at)",
                ]),
            Table("idempotency_keys", [.api: all, .auth: all]),
            // Policies look here for who is a member.
            Table("memberships", [.api: "insert", .auth: "insert"], everybody: "select"),
            Table(
                "provider_credentials",
                [
                    // Written and listed by the API, opened by who asks the model.
                    .api: "select (id, organization_id, provider, hint, updated_at), insert, delete",
                    .jobs: "select", .keys: "select, update",
                ]),
            Table("runner_events", [.runner: all]),
            Table("runner_schedules", [.runner: all]),
            Table("sessions", [.auth: "select (id, user_id, created_at, last_seen_at, expires_at), insert, delete"]),
            Table("turn_recordings", [.jobs: "select, insert, update", .keys: "select, update"]),
            Table(
                "users",
                [
                    .auth: "select (id, email, username, name, is_operator, created_at, updated_at), "
                        + "insert (id, email, name, password_hash, created_at, updated_at), "
                        + "update (name, password_hash, updated_at)"
                ]),
            // The API shows the files that a line's worker keeps the keys of.
            Table("whatsapp_keys", [.lines: all, .api: "select", .keys: "select, update"]),
            Table("whatsapp_people", [.lines: all, .api: "select"]),
            Table("whatsapp_sent", [.lines: all, .keys: "select, update"]),
        ] + ["whatsapp_devices", "whatsapp_groups", "whatsapp_retries"].map { Table($0, [.lines: all]) }
}
