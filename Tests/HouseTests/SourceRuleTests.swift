import Foundation
import Support
import Testing

/// Rules of the house that a compiler doesn't know.
@Suite struct SourceRuleTests {
    /// Generated code and tables are exempt from the size rule.
    private static let longest = 400

    @Test func noFileIsTooLongToRead() throws {
        for file in try Source.all(under: ["Core", "Functions", "Tests", "local-runner"])
        where !file.path.hasSuffix(".pb.swift") {
            #expect(file.lines.count <= Self.longest, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func nothingIsPublicAndFunctionsStayWithoutFoundation() throws {
        let sources = try Source.all(under: ["Core", "Functions"])
        #expect(sources.count > 50)
        for file in sources where !file.path.hasSuffix(".pb.swift") {
            for (number, line) in file.lines.enumerated() {
                let words = line.split(separator: " ")
                #expect(words.first != "public", "\(file.path):\(number + 1) is public")
                #expect(
                    words.last != "Foundation" || !words.contains("import"),
                    "\(file.path):\(number + 1) imports all of Foundation: FoundationEssentials starts faster")
                #expect(!line.contains("try!"), "\(file.path):\(number + 1) has try!")
            }
        }
    }

    @Test func uncheckedSendableNamesItsGuard() throws {
        for file in try Source.all(under: ["Core", "Functions", "local-runner"]) where !file.path.hasSuffix(".pb.swift")
        {
            for (number, line) in file.lines.enumerated() where line.contains("@unchecked Sendable") {
                let above = file.lines[max(0, number - 4)...number].joined()
                #expect(above.contains("//"), "\(file.path):\(number + 1) doesn't say what guards it")
            }
        }
    }

    /// Between opening a descriptor and marking it another thread may start a program, which then has it: O_CLOEXEC is born with it.
    @Test func descriptorsAreClosedForOtherProgramsFromTheirBirth() throws {
        let late = /\b(mkstemp\(|FD_CLOEXEC\b)/
        for file in try Source.all(under: ["Core", "Functions", "local-runner"]) {
            for (number, line) in file.lines.enumerated() {
                #expect(!line.contains(late), "\(file.path):\(number + 1) marks a descriptor after it is open")
            }
        }
    }

    /// `Store/Questions` hands out places: on the road of a message nobody counts which answer is whose.
    @Test func answersAreReadByTheirPlaces() throws {
        let counted = /\b(answers|asked|rows)\[\d/
        let sources = try Source.all(under: ["Core/Conversation"])
        #expect(sources.count > 20)
        for file in sources {
            for (number, line) in file.lines.enumerated() {
                #expect(!line.contains(counted), "\(file.path):\(number + 1) counts answers")
            }
        }
    }

    /// Columns count Unicode scalars, `prefix` of a string counts `Character`s: `cut(to:)` in Domain is the one cut of text that may
    /// end in a column.
    @Test func textThatMayReachAColumnIsCutByScalars() throws {
        let cut = /\bString\([^\n]*\.prefix\(/
        let sources = try Source.all(under: [
            "Core/Access", "Core/Conversation", "Core/Providers", "Core/Store", "Functions",
            "local-runner/Sources/LocalRunner/Events",
        ])
        #expect(sources.count > 200)
        for file in sources {
            for (number, line) in file.lines.enumerated()
            where line.contains(cut) && !line.contains("unicodeScalars") && !Self.cutsItsOwn.contains(file.path) {
                Issue.record("\(file.path):\(number + 1) cuts a string by Characters")
            }
        }
    }

    /// What is cut there is ASCII that this product made, or goes into a log.
    private static let cutsItsOwn = ["Core/Access/APIKeySecret.swift", "Functions/EventStream/Request+Head.swift"]

    /// A price that is cut is another price: `beginning(upTo:)` and `MessageSplit` in Domain are the cuts of text that a customer
    /// reads.
    @Test func textThatCustomersReadIsCutBetweenSentences() throws {
        let cut = /\bString\([^\n]*\.prefix\(\w*([lL]ong|[lL]imit|[mM]ax)/
        let sources = try Source.all(under: ["Core/Assistant/Answers", "Core/Assistant/Offline"])
        #expect(sources.count > 15)
        for file in sources {
            for (number, line) in file.lines.enumerated() {
                #expect(!line.contains(cut), "\(file.path):\(number + 1) cuts a text anywhere")
            }
        }
    }

    @Test func namesSayWhatAThingIs() throws {
        let empty = ["Utils", "Manager", "Helper", "Common", "Service.swift"]
        for file in try Source.all(under: ["Core", "Functions", "local-runner", "Tests"]) {
            let name = String(file.path.split(separator: "/").last ?? "")
            #expect(!empty.contains { name.contains($0) }, "\(file.path): the name says nothing")
        }
    }
}

/// What each function declares to the host is what its code answers.
@Suite struct FunctionDeclarationTests {
    private struct Declaration: Decodable {
        let name: String
        let routes: [String]?
        /// What a persistent process serves itself.
        let forward: [String]?
    }

    @Test func everyDeclaredRouteIsInTheCodeAndTheOtherWayRound() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: ProjectRoot.path + "/Functions").sorted()
        #expect(folders.count >= 10)
        var seen: [String: String] = [:]
        for folder in folders {
            let path = ProjectRoot.path + "/Functions/\(folder)/function.json"
            let bytes = try #require(FileManager.default.contents(atPath: path), "\(folder) has no function.json")
            let declaration = try JSONDecoder().decode(Declaration.self, from: bytes)
            let declared = Set((declaration.routes ?? []) + (declaration.forward ?? []))
            for route in declared {
                #expect(seen[route] == nil, "\(route) is declared by \(folder) and \(seen[route] ?? "")")
                seen[route] = folder
            }
            // Endpoints that are values are compared as values: FunctionTests/API/EndpointTests.
            if FileManager.default.fileExists(atPath: ProjectRoot.path + "/Functions/\(folder)/Endpoints.swift") {
                continue
            }
            #expect(declared == Self.routes(in: folder), "\(folder): function.json and code differ")
        }
    }

    /// Every string literal of the form `"GET /path"` in the function's code.
    private static func routes(in folder: String) -> Set<String> {
        let files = (try? Source.all(under: ["Functions/\(folder)"])) ?? []
        let pattern = #/"((?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) \/[^"\\]*)"/#
        let code = files.flatMap(\.lines).filter { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
        return Set(code.flatMap { line in line.matches(of: pattern).map { String($0.1) } })
    }
}

struct Source {
    /// Relative to the checkout.
    let path: String
    let lines: [String]

    static func all(under folders: [String]) throws -> [Source] {
        try folders.flatMap { folder in
            let base = ProjectRoot.path + "/" + folder
            let names = try FileManager.default.subpathsOfDirectory(atPath: base).filter { $0.hasSuffix(".swift") }
            return try names.map { name in
                let text = try String(contentsOfFile: "\(base)/\(name)", encoding: .utf8)
                return Source(path: "\(folder)/\(name)", lines: text.components(separatedBy: "\n"))
            }
        }
    }
}
