import ArgumentParser

@main
struct Parley: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs Parley on one machine.",
        subcommands: [
            Up.self, Invoke.self, Logs.self, Functions.self, Migrate.self, KeysCommand.self, SandboxCommand.self,
        ],
        defaultSubcommand: Up.self)
}
