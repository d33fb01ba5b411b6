import FoundationEssentials
import Glibc

/// What has changed in source folders since the last look, judged by modification times and file lists.
struct SourceWatch {
    private var snapshots: [String: [String: Int]] = [:]

    /// The folders of `folders` whose files differ from the last call's; the first call of a folder only remembers.
    mutating func changed(in folders: [String]) -> [String] {
        folders.filter { folder in
            let now = Self.snapshot(folder)
            let before = snapshots.updateValue(now, forKey: folder)
            return before != nil && before != now
        }
    }

    /// Modification time in nanoseconds of every source file below the folder.
    private static func snapshot(_ folder: String) -> [String: Int] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        var times: [String: Int] = [:]
        for name in names
        where name.hasSuffix(".swift") || name.hasSuffix(".json") || name.hasSuffix("/bootstrap") || name == "bootstrap"
        {
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { continue }
            times[name] = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        }
        return times
    }
}
