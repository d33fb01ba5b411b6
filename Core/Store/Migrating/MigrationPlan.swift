/// A file that the database has.
struct AppliedMigration: Equatable {
    let name: String
    let kind: MigrationFile.Kind
    let checksum: String
}

/// What is left to do for a database, or why nothing may be done. Pure.
struct MigrationPlan: Equatable {
    let pending: [MigrationFile]
    /// Names of function files that were renamed or are gone: their record goes too, what they made stays.
    let forgotten: [String]

    init(files: [MigrationFile], applied: [AppliedMigration]) throws(MigrationError) {
        let done = Dictionary(applied.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(files.map(\.name))
        for migration in applied where migration.kind != .functions && !known.contains(migration.name) {
            throw .unknown(migration.name)
        }
        // Functions are the last to be applied: without any the first run did not get to its end.
        let isMade = applied.contains { $0.kind == .functions }
        let newest = applied.filter { $0.kind == .change }.map(\.name).max()
        for file in files { try Self.check(file, record: done[file.name], isMade: isMade, newestChange: newest) }
        pending = files.filter { done[$0.name]?.checksum != $0.checksum }
        forgotten = applied.filter { $0.kind == .functions && !known.contains($0.name) }.map(\.name)
    }

    private static func check(
        _ file: MigrationFile, record: AppliedMigration?, isMade: Bool, newestChange: String?
    ) throws(MigrationError) {
        if file.kind == .functions || record?.checksum == file.checksum { return }
        switch (file.kind, record) {
        case (.baseline, nil) where !isMade: return
        case (.change, nil):
            if let newestChange, file.name < newestChange { throw .outOfOrder(file.name, newest: newestChange) }
        default: throw .changed(file.name)
        }
    }
}
