import ArgumentParser

@main
struct Parley: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs Parley on one machine.",
        discussion: "Environment variables:\n\n\(EnvironmentCommand.list)",
        subcommands: [
            Up.self, Invoke.self, Logs.self, Functions.self, Migrate.self, KeysCommand.self, SandboxCommand.self,
            EnvironmentCommand.self, OpenAPICommand.self,
        ],
        defaultSubcommand: Up.self)
}
