import FoundationEssentials
import Web

/// The functions found in a folder: `<folder>/*/function.json`.
struct Catalog: Sendable {
    /// One function and where it is.
    struct Entry: Sendable {
        var manifest: FunctionManifest
        /// Folder of its `function.json` and sources.
        var folder: String
        /// `<folder>/bootstrap` when there is one (a zip's layout), else the product in the bin directory.
        var executable: String
    }

    var entries: [Entry]
    /// Folders whose declaration is still `{}`.
    var unwritten: [String]

    /// Reads every declaration. Throws one error that lists all problems of all of them.
    static func read(functions: String, binaries: String) throws(CatalogError) -> Catalog {
        guard let folders = try? FileManager.default.contentsOfDirectory(atPath: functions).sorted() else {
            throw CatalogError(problems: ["\(functions): there is no such folder"])
        }
        var catalog = Catalog(entries: [], unwritten: [])
        var problems: [String] = []
        for folder in folders {
            let path = "\(functions)/\(folder)"
            guard let bytes = FileManager.default.contents(atPath: "\(path)/function.json") else { continue }
            do {
                try catalog.add(bytes, folder: path, binaries: binaries)
            } catch {
                problems.append("\(path)/function.json: \(error)")
            }
        }
        problems += catalog.conflicts
        guard problems.isEmpty else { throw CatalogError(problems: problems) }
        return catalog
    }

    private mutating func add(_ bytes: Data, folder: String, binaries: String) throws {
        if String(decoding: bytes, as: UTF8.self).filter({ !$0.isWhitespace }) == "{}" {
            unwritten.append(folder)
            return
        }
        let manifest = try FunctionManifest(JSONValue(parsing: Array(bytes)))
        let problems = manifest.problems
        guard problems.isEmpty else { throw ManifestProblem(problems.joined(separator: "; ")) }
        let bootstrap = "\(folder)/bootstrap"
        let executable =
            FileManager.default.isExecutableFile(atPath: bootstrap)
            ? bootstrap : "\(binaries)/\(manifest.executable ?? manifest.name)"
        entries.append(Entry(manifest: manifest, folder: folder, executable: executable))
    }

    /// What is wrong between functions.
    private var conflicts: [String] {
        var owners: [String: String] = [:]
        var problems: [String] = []
        for entry in entries {
            for claim in [entry.manifest.name] + entry.manifest.routes + entry.manifest.forward {
                if let owner = owners.updateValue(entry.folder, forKey: claim) {
                    problems.append("\"\(claim)\" is declared by both \(owner) and \(entry.folder)")
                }
            }
        }
        let names = Set(entries.map(\.manifest.name))
        for entry in entries {
            guard let destination = entry.manifest.onFailure, !names.contains(destination) else { continue }
            problems.append("\(entry.folder)/function.json: \"onFailure\": there is no function \"\(destination)\"")
        }
        return problems
    }
}

struct CatalogError: Error, CustomStringConvertible {
    let problems: [String]
    var description: String { problems.joined(separator: "\n") }
}
