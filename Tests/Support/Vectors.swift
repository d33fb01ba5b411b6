import FoundationEssentials

/// Data that others computed, in `Tests/Vectors` or where `VECTORS_DIR` says. A missing file fails the test that reads it.
package enum Vectors {
    package static var folder: String {
        let named = ProcessInfo.processInfo.environment["VECTORS_DIR"] ?? ""
        return named.isEmpty ? ProjectRoot.path + "/Tests/Vectors" : named
    }

    package static func load<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)"), !bytes.isEmpty else {
            throw TestSetupError("\(folder)/\(name) is missing or empty: set VECTORS_DIR or restore Tests/Vectors")
        }
        return try JSONDecoder().decode(type, from: bytes)
    }
}
