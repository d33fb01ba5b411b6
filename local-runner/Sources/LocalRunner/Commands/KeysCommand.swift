import ArgumentParser
import Domain
import Environment
import FoundationEssentials
import Postgres
import Store

/// `parley keys`: what an operator does with the keys that seal secrets.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Changes the keys that seal stored secrets.", subcommands: [RotateKeys.self])
}

/// `parley keys rotate`: nothing stays sealed under an old key.
struct RotateKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Seals every stored secret anew under the first of PARLEY_SECRET_KEYS.",
        discussion: """
            1. Put a new key in front: PARLEY_SECRET_KEYS="2026b:<32 bytes in base64>,2026a:<the old one>". A key of 32 \
            bytes: openssl rand -base64 32. Restart everything that runs with it; old secrets still open.
            2. Run this command. It works beside everything else, a few hundred secrets at a time; stopped anywhere it \
            may be run again and goes on with what is left.
            3. When it ends with status 0, take the old key away and restart.

            DATABASE_URL names the database, MIGRATION_DATABASE_URL a role that may migrate. Without them the private \
            cluster under --data is meant, which must not be running; its keys are in <data>/keys when the \
            environment names none. Status 1: some secrets are sealed under a key that is not listed; they stay \
            as they are.
            """)

    @OptionGroup var installation: Installation

    func run() async throws {
        let environment = ProcessVariables.all
        let data = try DataDirectory(installation.data)
        let isPrivate = Variable.databaseURL.set(in: environment) == nil
        let lock = isPrivate ? try data.lock() : nil
        defer { lock?.release() }
        let keys = try Keys.load(data.keys)
        let named = Variable.secretKeys.set(in: environment)
        // The keys of a data folder have nothing to do with another installation's database.
        guard let list = named ?? (isPrivate ? keys[Variable.secretKeys.name] : nil) else {
            throw ValidationError("PARLEY_SECRET_KEYS is not set")
        }
        let box = try SecretBox(keys: list)
        let access = try await DatabaseAccess.open(environment, data: data, keys: keys, connections: 20)
        do {
            let outcome = try await rotate(access, box)
            await access.cluster?.stop()
            if outcome.unreadable > 0 { throw ExitCode.failure }
        } catch {
            await access.cluster?.stop()
            throw error
        }
    }

    private func rotate(_ access: DatabaseAccess, _ box: SecretBox) async throws -> KeyRotation.Outcome {
        guard let ownerURL = access.ownerURL else {
            throw ValidationError("with DATABASE_URL set, MIGRATION_DATABASE_URL says who may read the platform's keys")
        }
        let owner = try await Connection.connect(ownerURL)
        let app = Database(url: DatabaseAccess.url(access.appURL, as: .keys))
        let outcome: KeyRotation.Outcome
        do {
            outcome = try await KeyRotation(app: app, owner: owner, box: box).run(at: Date()) { organization, part in
                say("\(organization.map { "organization \($0.text)" } ?? "platform"): \(Self.words(part))")
            }
            await app.close()
            await owner.close()
        } catch {
            await app.close()
            await owner.close()
            throw error
        }
        say("Under the key \(box.currentKeyID) now: \(Self.words(outcome)).")
        return outcome
    }

    private static func words(_ outcome: KeyRotation.Outcome) -> String {
        "\(outcome.renewed) sealed anew"
            + (outcome.unreadable > 0 ? ", \(outcome.unreadable) that no listed key opens" : "")
    }
}
