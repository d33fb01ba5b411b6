package enum MigrationError: Error, Equatable, CustomStringConvertible {
    case noMigrations(String)
    case unreadable(String)
    case undated(String)
    case changed(String)
    case unknown(String)
    case outOfOrder(String, newest: String)
    case oldInstallation

    package var description: String {
        switch self {
        case .noMigrations(let directory): "no migrations in \(directory)"
        case .unreadable(let name): "the migration \(name) can't be read as UTF-8"
        case .undated(let name): "a change is named YYYY-MM-DD_what_it_does.sql, not \(name)"
        case .changed(let name): "\(name) is not what this database was made with: add a dated change instead"
        case .unknown(let name): "this database has \(name), which this version doesn't know: it belongs to a newer one"
        case .outOfOrder(let name, let newest):
            "\(name) is older than \(newest), which is applied already: give it a later date"
        case .oldInstallation: "this database was made by a version before the first release: start with an empty one"
        }
    }
}
