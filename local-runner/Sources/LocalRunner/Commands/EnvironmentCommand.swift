import ArgumentParser
import Environment
import Glibc

/// `parley environment`: every environment variable there is.
struct EnvironmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "environment", abstract: "Lists every environment variable that is read.")

    func run() {
        writeAll(STDOUT_FILENO, Array(Self.list.utf8))
    }

    static var list: String {
        VariableGroup.all.map(text).joined(separator: "\n")
            + "\nSecrets never leave the processes that need them. An empty variable counts as unset.\n"
    }

    private static func text(_ group: VariableGroup) -> String {
        "\(group.title)\n" + group.variables.map(text).joined()
    }

    private static func text(_ variable: Variable) -> String {
        let unset = variable.fallback ?? variable.otherwise
        let notes =
            [unset.map { "default: \($0)" }, variable.isSecret ? "secret" : nil].compactMap { $0 }
            + ["read by: \(variable.readers.map(\.rawValue).joined(separator: ", "))"]
        return "  \(variable.name)\n      \(variable.meaning)\n      (\(notes.joined(separator: "; ")))\n"
    }
}
