import Environment
import Store

extension RolePasswords {
    /// As variables say them; `nil` when none is set.
    /// - Throws: `StartError` when a role has a password of its own and `parley_app` has none.
    init?(_ environment: [String: String]) throws {
        let own = DatabaseRole.allCases.filter { $0 != .app }.compactMap { role in
            Variable.password(of: role)?.set(in: environment).map { (role, $0) }
        }
        guard let app = Variable.appPassword.set(in: environment) else {
            guard own.isEmpty else { throw StartError("\(Variable.appPassword.name) must be set too") }
            return nil
        }
        self.init(app: app, own: Dictionary(uniqueKeysWithValues: own))
    }
}

extension Variable {
    static func password(of role: DatabaseRole) -> Variable? {
        role == .app ? appPassword : rolePasswords.first { $0.name == "\(role.rawValue.uppercased())_PASSWORD" }
    }
}
