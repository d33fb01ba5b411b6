import Cryptography
import FoundationEssentials

/// One file of `Migrations`: a part of the baseline, a dated change, or functions.
struct MigrationFile: Equatable {
    /// In the order in which they are applied; the raw value is the folder's name.
    enum Kind: String, CaseIterable {
        /// The schema as it was first released; never changes after that.
        case baseline = "Baseline"
        /// `YYYY-MM-DD_name`: applied once, in order of their names.
        case change = "Changes"
        /// Functions and triggers, written so that they can be applied again: applied whenever the file has changed.
        case functions = "Functions"
    }

    let kind: Kind
    /// `Baseline/04_channels`
    let name: String
    let sql: String

    /// SHA-256 of the file, hex.
    var checksum: String {
        HashFunction.sha256.hash(sql.utf8).hex
    }

    /// All files in the order of application. A folder without a baseline is an error: a schema that silently stays empty
    /// helps nobody.
    static func all(in directory: String) throws -> [MigrationFile] {
        let files = try Kind.allCases.flatMap { try Self.files($0, in: directory) }
        guard files.contains(where: { $0.kind == .baseline }) else { throw MigrationError.noMigrations(directory) }
        return files
    }

    private static func files(_ kind: Kind, in directory: String) throws -> [MigrationFile] {
        let folder = "\(directory)/\(kind.rawValue)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return try names.filter { $0.hasSuffix(".sql") }.sorted().map { name in
            guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)"),
                let sql = String(validating: bytes, as: UTF8.self)
            else { throw MigrationError.unreadable("\(kind.rawValue)/\(name)") }
            let stem = String(name.dropLast(4))
            if kind == .change, stem.wholeMatch(of: /\d{4}-\d{2}-\d{2}_[a-z0-9_]+/) == nil {
                throw MigrationError.undated(stem)
            }
            return MigrationFile(kind: kind, name: "\(kind.rawValue)/\(stem)", sql: sql)
        }
    }
}
