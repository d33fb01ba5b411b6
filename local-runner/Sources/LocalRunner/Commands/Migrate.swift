import ArgumentParser
import Environment
import FoundationEssentials
import Store

/// `parley migrate`: brings the database up to date and ends.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Applies the migrations that the database lacks.",
        discussion: """
            With MIGRATION_DATABASE_URL (a role that may create roles and schemas) that database; PARLEY_APP_PASSWORD \
            then sets the password of parley_app, of which the other roles' are made unless they have variables of their \
            own (PARLEY_API_PASSWORD ...). Without that URL the private cluster under --data.
            """)

    @OptionGroup var installation: Installation

    func run() async throws {
        let environment = ProcessVariables.all
        if let url = Variable.migrationDatabaseURL.set(in: environment) {
            let access = DatabaseAccess(
                appURL: "", ownerURL: url, passwords: try RolePasswords(environment))
            return report(try await access.migrate(installation.migrationsFolder))
        }
        guard Variable.databaseURL.set(in: environment) == nil else {
            throw ValidationError("with DATABASE_URL set, MIGRATION_DATABASE_URL says who may migrate")
        }
        let data = try DataDirectory(installation.data)
        let lock = try data.lock()
        defer { lock.release() }
        let access = try await DatabaseAccess.open(
            environment, data: data, keys: try Keys.load(data.keys), connections: 20)
        do {
            report(try await access.migrate(installation.migrationsFolder))
            await access.cluster?.stop()
        } catch {
            await access.cluster?.stop()
            throw error
        }
    }

    private func report(_ applied: [String]) {
        for name in applied { say("Applied \(name)") }
        say(applied.isEmpty ? "Nothing to do." : "Done.")
    }
}
