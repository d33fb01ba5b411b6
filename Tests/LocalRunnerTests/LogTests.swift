import Foundation
import Testing

@testable import LocalRunner

/// Log files: bounded, readable while they grow, filtered by level.
@Suite struct LogTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/parley-log-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func filesAreRotatedAndAFixedNumberIsKept() throws {
        try withFolder { folder in
            let file = RotatingFile(path: "\(folder)/f.log", limit: 100, kept: 2)
            for number in 0..<20 { file.append(Array("\(number) \(String(repeating: "x", count: 40))\n".utf8)) }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(names == ["f.log", "f.log.1", "f.log.2"])
            for name in names {
                let size = try #require(FileManager.default.contents(atPath: "\(folder)/\(name)")).count
                #expect((1...100).contains(size))
            }
        }
    }

    @Test func aReaderMissesNothingWhenAFileIsRotated() throws {
        try withFolder { folder in
            let file = RotatingFile(path: "\(folder)/f.log", limit: 160, kept: 2)
            var reader = LogReader(path: "\(folder)/f.log")
            var read: [String] = []
            for number in 0..<30 {
                file.append(Array("\(number) \(String(repeating: "x", count: 30))\n".utf8))
                if number % 3 == 1 { read += reader.read().map { String($0.text.prefix { $0 != " " }) } }
            }
            read += reader.read().map { String($0.text.prefix { $0 != " " }) }
            #expect(read == (0..<30).map(String.init))
        }
    }

    @Test func anUnfinishedLineIsReadWhenItIsWhole() throws {
        try withFolder { folder in
            let file = RotatingFile(path: "\(folder)/f.log")
            var reader = LogReader(path: "\(folder)/f.log")
            file.append(Array("one\ntw".utf8))
            #expect(reader.read().map(\.text) == ["one"])
            file.append(Array("o\n".utf8))
            #expect(reader.read().map(\.text) == ["two"])
        }
    }

    @Test(arguments: [
        (#"{"time":"t","level":"warning","message":"m"}"#, LogLevel.warning),
        (#"{"time":"t","level":"info","message":"\"level\":\"error\""}"#, .info),
        ("START RequestId: 1 Version: $LATEST", .info), ("REPORT RequestId: 1\tDuration: 1 ms", .info),
        ("Fatal error: Index out of range", .error), ("{broken", .error), ("", .error),
    ])
    func everyLineHasALevel(_ line: String, _ level: LogLevel) {
        #expect(LogLevel(of: Substring(line)) == level)
    }

    @Test func aLevelIncludesWhatIsAboveIt() {
        #expect(LogLevel.error.isAtLeast(.warning) && LogLevel.error.isAtLeast(.error))
        #expect(!LogLevel.info.isAtLeast(.notice))
    }
}
