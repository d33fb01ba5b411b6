import Environment
import Foundation
import Support
import Testing

/// Every environment variable is declared in `Core/Environment`, read through its declaration, and listed.
@Suite struct EnvironmentRuleTests {
    /// The one file that asks the system.
    private static let door = "Core/Environment/ProcessVariables.swift"

    private static func code() throws -> [Source] {
        try Source.all(under: ["Core", "Functions", "local-runner"])
    }

    @Test func onlyOneFileAsksForTheEnvironment() throws {
        var doors = 0
        for file in try Self.code() {
            for (number, line) in file.lines.enumerated()
            where line.contains("processInfo.environment") || line.contains("getenv(") {
                doors += 1
                #expect(file.path == Self.door, "\(file.path):\(number + 1) asks for the environment itself")
            }
        }
        #expect(doors == 1, "the rule looks for something that is not there")
    }

    /// `environment["X"]` and its siblings would read a name that no list has.
    @Test func nobodyReadsAVariableByItsName() throws {
        let pattern = #/(?:environment|variables|values|configuration)\["(?:[A-Z0-9]+_[A-Z0-9_]+|PORT)"/#
        for file in try Self.code() {
            for (number, line) in file.lines.enumerated() {
                #expect(line.firstMatch(of: pattern) == nil, "\(file.path):\(number + 1) reads a variable by its name")
            }
        }
    }

    @Test func theListHoldsEveryDeclarationOnceAndNothingElse() throws {
        let declaration = #/Variable\(\s*"(?<name>[A-Z][A-Z0-9_]+)"/#
        let retired = Set(RetiredVariable.all.map(\.name))
        var declared: Set<String> = []
        for file in try Source.all(under: ["Core/Environment"]) {
            let text = file.lines.joined(separator: "\n")
            declared.formUnion(text.matches(of: declaration).map { String($0.name) })
        }
        #expect(declared.count > 40)
        let listed = Variable.all.map(\.name)
        #expect(Set(listed).count == listed.count, "listed twice")
        #expect(declared.subtracting(retired).subtracting(listed).isEmpty, "declared and not listed")
        // These names are put together from a provider's and a role's.
        let composed = (Variable.models + Variable.rolePasswords).map(\.name)
        #expect(Set(listed).subtracting(declared).subtracting(composed).isEmpty)
        #expect(retired.isDisjoint(with: listed))
    }

    /// A declaration that nobody reads any more would stay in the list for ever.
    @Test func everyDeclarationIsRead() throws {
        let property = #/static let (?<name>[A-Za-z]+) = Variable\(/#
        let rooms = try Self.code()
        let declared = rooms.filter { $0.path.hasPrefix("Core/Environment/Variable+") }.flatMap { file in
            file.lines.flatMap { $0.matches(of: property).map { String($0.name) } }
        }
        #expect(declared.count > 40)
        let readers = rooms.filter { !$0.path.hasPrefix("Core/Environment/Variable+") }.flatMap(\.lines)
        for name in declared {
            #expect(readers.contains { $0.contains(".\(name)") }, "nobody reads \(name)")
        }
    }
}
