import Environment
import FoundationEssentials
import Glibc
import HTTPServer

/// Rebuilds a function when its folder changes, all of them when a room they share changes, and swaps their processes
/// without dropping running invocations.
@HostLoop
final class Watcher {
    private let host: Host
    private let installation: Installation
    private var watch = SourceWatch()

    init(host: Host, installation: Installation) {
        self.host = host
        self.installation = installation
    }

    func run() async {
        let rooms = installation.rootFolder + "/Core"
        while !Task.isCancelled {
            let folders = host.pools.values.map(\.entry.folder) + host.persistent.values.map(\.entry.folder)
            let changed = watch.changed(in: folders + [rooms])
            if !changed.isEmpty { await replace(changed.contains(rooms) ? folders : changed) }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func replace(_ folders: [String]) async {
        guard let catalog = readCatalog() else { return }
        for entry in catalog.entries where folders.contains(entry.folder) {
            guard await build(entry) else { continue }
            host.pools[entry.manifest.name]?.replace(with: entry)
            host.persistent[entry.manifest.name]?.replace(with: entry)
            say("\(entry.manifest.name) was replaced.")
        }
        host.load(catalog)
    }

    private func readCatalog() -> Catalog? {
        do {
            return try installation.catalog()
        } catch {
            say("\(error)")
            return nil
        }
    }

    /// False when it doesn't compile; the old processes then go on.
    private func build(_ entry: Catalog.Entry) async -> Bool {
        let product = entry.manifest.executable ?? entry.manifest.name
        guard entry.executable.hasSuffix("/\(product)") else { return true }
        say("Building \(product) ...")
        do {
            let configuration = entry.executable.contains("/release/") ? "release" : "debug"
            try await Tool.run(
                "/usr/bin/env",
                ["swift", "build", "-c", configuration, "--product", product],
                environment: ProcessVariables.all, directory: installation.rootFolder)
            return true
        } catch {
            let lines = "\(error)".split(separator: "\n").filter { $0.contains("error:") }
            say(lines.isEmpty ? "\(error)" : lines.joined(separator: "\n"))
            return false
        }
    }
}
