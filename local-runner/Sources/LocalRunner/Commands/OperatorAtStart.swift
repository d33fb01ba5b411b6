import Access
import Domain
import Environment
import FoundationEssentials
import Postgres
import Store

extension FirstAdmin {
    /// The operator as the variables of a start name them.
    init(start environment: [String: String], isSandbox: Bool) throws(StartError) {
        do throws(FirstAdminError) {
            try self.init(
                username: Variable.dashboardUsername.set(in: environment),
                password: Variable.dashboardPassword.set(in: environment), isSandbox: isSandbox)
        } catch {
            throw StartError("\(error)")
        }
    }
}

/// Before anybody is answered: what an earlier start's name or password opened is closed, sessions included.
struct OperatorAtStart {
    /// As functions get them.
    let values: [String: String]
    let isSandbox: Bool
    /// The database as the application's role.
    let appURL: String
    let clock: WallClock

    func settle() async throws {
        let admin = try FirstAdmin(start: values, isSandbox: isSandbox)
        let secret = try Secret(Variable.sessionSecret.set(in: values) ?? "")
        let database = Database(url: DatabaseAccess.url(appURL, as: .auth), connections: 1)
        do {
            let ids = IDSource(clock: clock, randomness: .system)
            try await OperatorAccess(admin, secret: secret, database: database, clock: clock, ids: ids).settle()
            await database.close()
        } catch {
            await database.close()
            throw StartError("the operator's account can't be settled; is the database up to date? \(error)")
        }
    }
}
