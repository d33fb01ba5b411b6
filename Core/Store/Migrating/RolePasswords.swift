/// What the roles log in with: a migration gives it to them.
package struct RolePasswords: Sendable {
    /// Of `parley_app`; the passwords of roles that have none of their own are made of it.
    private let app: String
    private let own: [DatabaseRole: String]

    package init(app: String, own: [DatabaseRole: String] = [:]) {
        self.app = app
        self.own = own
    }

    package func password(of role: DatabaseRole) -> String {
        own[role] ?? role.password(from: app)
    }
}
