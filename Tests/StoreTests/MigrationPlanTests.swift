import Testing

@testable import Store

@Suite struct MigrationPlanTests {
    private let tables = MigrationFile(kind: .baseline, name: "Baseline/01_a", sql: "create table a ()")
    private let more = MigrationFile(kind: .baseline, name: "Baseline/02_b", sql: "create table b ()")
    private let december = MigrationFile(kind: .change, name: "Changes/2026-12-01_x", sql: "alter table a add x int")
    private let january = MigrationFile(kind: .change, name: "Changes/2027-01-01_y", sql: "alter table a add y int")
    private let functions = MigrationFile(kind: .functions, name: "Functions/a", sql: "select 1")

    private func record(_ file: MigrationFile, checksum: String? = nil) -> AppliedMigration {
        AppliedMigration(name: file.name, kind: file.kind, checksum: checksum ?? file.checksum)
    }

    @Test func anEmptyDatabaseGetsEverythingInOrder() throws {
        let files = [tables, more, december, january, functions]
        #expect(try MigrationPlan(files: files, applied: []).pending == files)
    }

    @Test func whatIsAppliedIsLeftAlone() throws {
        let files = [tables, december, functions]
        #expect(try MigrationPlan(files: files, applied: files.map { record($0) }).pending.isEmpty)
    }

    @Test func functionsAreAppliedAgainWhenTheyChanged() throws {
        let applied = [record(tables), record(functions, checksum: "before")]
        #expect(try MigrationPlan(files: [tables, functions], applied: applied).pending == [functions])
    }

    @Test func aFirstRunThatStoppedHalfwayGoesOn() throws {
        #expect(try MigrationPlan(files: [tables, more], applied: [record(tables)]).pending == [more])
    }

    @Test func functionsThatAreGoneAreForgotten() throws {
        let plan = try MigrationPlan(files: [tables], applied: [record(tables), record(functions)])
        #expect(plan.forgotten == [functions.name])
    }

    @Test func aChangedBaselineIsRefused() {
        let applied = [record(tables, checksum: "before"), record(functions)]
        #expect(throws: MigrationError.changed(tables.name)) {
            try MigrationPlan(files: [tables, functions], applied: applied)
        }
    }

    @Test func aLaterAdditionToTheBaselineIsRefused() {
        #expect(throws: MigrationError.changed(more.name)) {
            try MigrationPlan(files: [tables, more], applied: [record(tables), record(functions)])
        }
    }

    @Test func anEditedChangeIsRefused() {
        let applied = [record(tables), record(december, checksum: "before"), record(functions)]
        #expect(throws: MigrationError.changed(december.name)) {
            try MigrationPlan(files: [tables, december, functions], applied: applied)
        }
    }

    @Test func aChangeBehindTheNewestIsRefused() {
        let applied = [record(tables), record(january), record(functions)]
        #expect(throws: MigrationError.outOfOrder(december.name, newest: january.name)) {
            try MigrationPlan(files: [tables, december, january, functions], applied: applied)
        }
    }

    @Test(arguments: [MigrationFile.Kind.baseline, .change])
    func whatThisVersionDoesNotKnowIsRefused(kind: MigrationFile.Kind) {
        let newer = AppliedMigration(name: "\(kind.rawValue)/newer", kind: kind, checksum: "x")
        #expect(throws: MigrationError.unknown(newer.name)) {
            try MigrationPlan(files: [tables], applied: [record(tables), newer])
        }
    }
}
