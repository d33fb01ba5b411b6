import ArgumentParser
import FoundationEssentials
import Glibc

/// `parley functions`: what would be served.
struct Functions: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the functions, their routes and schedules.")

    @OptionGroup var installation: Installation

    func run() throws {
        let catalog = try installation.catalog()
        for entry in catalog.entries { show(entry) }
        for folder in catalog.unwritten { say("\(folder)/function.json declares nothing yet") }
    }

    private func show(_ entry: Catalog.Entry) {
        let manifest = entry.manifest
        let built = FileManager.default.isExecutableFile(atPath: entry.executable) ? "" : "  (not built)"
        var lines = ["\(manifest.name)\(built)"]
        if !manifest.description.isEmpty { lines.append("    \(manifest.description)") }
        lines.append(
            manifest.persistent
                ? "    one persistent process, \(manifest.memoryMB) MB"
                : "    \(manifest.timeoutSeconds) s, \(manifest.memoryMB) MB, up to \(manifest.concurrency) at once, \(manifest.warm) warm"
        )
        lines += (manifest.routes + manifest.forward).map { "    \($0)" }
        lines += manifest.schedules.map { "    \($0.expression) \($0.name)\($0.enabled ? "" : " (off)")" }
        writeAll(STDOUT_FILENO, Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")])
    }
}
