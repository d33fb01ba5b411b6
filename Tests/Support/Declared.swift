import FoundationEssentials
package import Store
import Web

/// What `function.json` says, for tests that compare it with what the code does.
package enum Declared {
    /// Postgres connections of each process of `Functions/<folder>`.
    package static func connections(of folder: String) throws -> Int {
        try declaration(of: folder)["connections"]?.integer ?? 1
    }

    /// The database role that it logs in as.
    package static func role(of folder: String) throws -> DatabaseRole {
        try declaration(of: folder)["database"]?.string.flatMap(DatabaseRole.init) ?? .app
    }

    private static func declaration(of folder: String) throws -> JSONValue {
        let path = "\(ProjectRoot.path)/Functions/\(folder)/function.json"
        guard let bytes = FileManager.default.contents(atPath: path) else { throw TestSetupError("\(path) is missing") }
        return try JSONValue(parsing: Array(bytes))
    }
}
