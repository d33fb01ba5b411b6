import Foundation
import Support
import Testing

/// A folder of test material that nobody here wrote. Every file of it is read; without any, nothing would be proved.
struct CorpusFolder {
    private let path: String

    /// - Parameter name: below `Tests/Corpora`, or below the folder that `CORPORA_DIR` names.
    init(_ name: String) {
        let folder = ProcessInfo.processInfo.environment["CORPORA_DIR"] ?? ProjectRoot.path + "/Tests/Corpora"
        path = folder + "/" + name
    }

    func files(_ ending: String) throws -> [(name: String, data: Data)] {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(ending) }.sorted()
        try #require(!names.isEmpty, "\(path) holds no \(ending)")
        return try names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: path + "/" + $0))) }
    }
}
