import ArgumentParser
import FoundationEssentials
import Glibc

/// Options that say where things are; every subcommand understands them.
struct Installation: ParsableArguments {
    @Option(help: "Checkout or installation folder (default: the nearest folder above with a Functions folder).")
    var root: String?

    @Option(help: "Folder with the functions' declarations (default: <root>/Functions).")
    var functions: String?

    @Option(help: "Folder with the built executables (default: where this program is).")
    var binDir: String?

    @Option(help: "Folder for everything that is kept: database, keys, logs.")
    var data = ".parley"

    @Option(help: "Folder with the database migrations (default: <root>/Core/Store/Migrations).")
    var migrations: String?

    var rootFolder: String {
        if let root { return absolute(root) }
        var folder = FileManager.default.currentDirectoryPath
        while folder.count > 1 {
            if FileManager.default.fileExists(atPath: folder + "/Functions") { return folder }
            folder = folder.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
        }
        return FileManager.default.currentDirectoryPath
    }

    var functionsFolder: String { functions.map(absolute) ?? rootFolder + "/Functions" }
    var migrationsFolder: String { migrations.map(absolute) ?? rootFolder + "/Core/Store/Migrations" }
    var binaries: String { binDir.map(absolute) ?? Self.executableFolder }

    func catalog() throws -> Catalog {
        try Catalog.read(functions: functionsFolder, binaries: binaries)
    }

    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    static var executable: String {
        guard let path = realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
        defer { free(path) }
        return String(cString: path)
    }

    private static var executableFolder: String {
        executable.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    }
}

/// A line for people, on standard error: standard output belongs to what programs read.
func say(_ line: String) {
    writeAll(STDERR_FILENO, Array((line + "\n").utf8))
}
