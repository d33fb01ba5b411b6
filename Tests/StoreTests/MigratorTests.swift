import FoundationEssentials
import Postgres
import Support
import Testing

@testable import Store

/// The real files against a real database. The rules alone: `MigrationPlanTests`.
@Suite struct MigratorTests {
    @Test func aSecondRunHasNothingToDo() async throws {
        try await withMigrator { migrate, _, _ in
            let applied = try await migrate()
            #expect(applied.isEmpty)
        }
    }

    @Test func everyFunctionFileCanBeAppliedAgain() async throws {
        try await withMigrator { migrate, folder, connection in
            let names = try MigrationFile.all(in: folder).filter { $0.kind == .functions }.map(\.name)
            try await connection.query(
                "update public.parley_migrations set sha256 = repeat('0', 64) where kind = 'Functions'")
            #expect(try await migrate() == names)
        }
    }

    @Test func aDatedChangeIsAppliedOnceAndABrokenOneLeavesNothing() async throws {
        try await withMigrator { migrate, folder, connection in
            try write("create table parley.half (id int); select 1/0", to: "\(folder)/Changes/2027-01-01_broken.sql")
            await #expect(throws: PostgresError.self) { try await migrate() }
            try FileManager.default.removeItem(atPath: "\(folder)/Changes/2027-01-01_broken.sql")
            try write("create table half (id int)", to: "\(folder)/Changes/2027-01-02_half.sql")
            #expect(try await migrate() == ["Changes/2027-01-02_half"])
            #expect(try await migrate().isEmpty)
            let owner = try await connection.query(
                "select tableowner as owner from pg_tables where schemaname = 'parley' and tablename = 'half'")
            #expect(try owner.first?["owner"] == "parley_owner")
        }
    }

    @Test func anEditedBaselineIsRefused() async throws {
        try await withMigrator { migrate, folder, _ in
            try write("select 1", to: "\(folder)/Baseline/01_tenancy.sql")
            await #expect(throws: MigrationError.changed("Baseline/01_tenancy")) { try await migrate() }
        }
    }

    @Test func anInstallationFromBeforeIsRefusedUntouched() async throws {
        try await withMigrator { migrate, _, connection in
            try await connection.script(
                """
                drop table public.parley_migrations;
                create table public.parley_migrations (name text primary key, applied_at timestamptz)
                """)
            await #expect(throws: MigrationError.oldInstallation) { try await migrate() }
        }
    }

    @Test func twoAtOnceDoTheWorkOnce() async throws {
        try await withMigrator { migrate, folder, _ in
            try write("create table once (id int)", to: "\(folder)/Changes/2027-01-01_once.sql")
            async let first = migrate()
            async let second = migrate()
            #expect(try await (first + second) == ["Changes/2027-01-01_once"])
        }
    }

    /// A migrated database and a copy of the files that the test may edit.
    private func withMigrator(
        _ body: (@escaping @Sendable () async throws -> [String], String, Connection) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let folder = "\(FileManager.default.temporaryDirectory.path)/migrations-\(database.name)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try FileManager.default.copyItem(atPath: ProjectRoot.path + "/Core/Store/Migrations", toPath: folder)
            try FileManager.default.createDirectory(atPath: folder + "/Changes", withIntermediateDirectories: true)
            try await TestDatabase.administer(database.ownerURL) { connection in
                try await body(
                    {
                        let mine = try await Connection.connect(database.ownerURL)
                        return try await Migrator(connection: mine, directory: folder).run()
                    }, folder, connection)
            }
        }
    }

    private func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }
}
