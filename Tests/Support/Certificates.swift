import Foundation

/// Certificates made by OpenSSL's own program for one run of the tests.
package actor Certificates {
    package static let shared = Certificates()

    package struct Files: Sendable {
        package let chain: String
        package let key: String
    }

    private let folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)").path
    private var authorities: [String: Task<Void, any Error>] = [:]
    private var count = 0

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// - Returns: a PEM file.
    package func authority(_ name: String = "ca") async throws -> String {
        let task =
            authorities[name]
            ?? Task {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try await openssl(
                    "req -x509 \(Self.curve) -keyout \(name).key -out \(name).pem -subj /CN=\(name) -days 2 "
                        + "-addext basicConstraints=critical,CA:TRUE")
            }
        authorities[name] = task
        try await task.value
        return "\(folder)/\(name).pem"
    }

    /// - Parameters:
    ///   - names: `DNS:example.test`, `IP:127.0.0.1`.
    ///   - subject: the name that clients must not look at.
    ///   - more: lines of an extension file.
    package func make(
        _ names: String?, days: Int = 2, by authority: String = "ca", subject: String = "leaf", more: [String] = []
    ) async throws -> Files {
        _ = try await self.authority(authority)
        count += 1
        let name = "leaf\(count)"
        let extensions = (names.map { ["subjectAltName=\($0)"] } ?? []) + more
        try Data(extensions.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).ext"))
        try await openssl("req \(Self.curve) -keyout \(name).key -out \(name).csr -subj /CN=\(subject)")
        try await openssl(
            "x509 -req -in \(name).csr -CA \(authority).pem -CAkey \(authority).key -CAcreateserial -days \(days) "
                + "-extfile \(name).ext -out \(name).pem")
        return Files(chain: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
    }

    /// A leaf whose chain goes over `middle`.
    package func make(_ names: String, over middle: Files) async throws -> Files {
        count += 1
        let name = "leaf\(count)"
        try Data("subjectAltName=\(names)".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).ext"))
        try await openssl("req \(Self.curve) -keyout \(name).key -out \(name).csr -subj /CN=leaf")
        try await openssl(
            "x509 -req -in \(name).csr -CA \(middle.chain) -CAkey \(middle.key) -CAcreateserial -days 2 "
                + "-extfile \(name).ext -out \(name).pem")
        let chain = try ["\(folder)/\(name).pem", middle.chain].map { try String(contentsOfFile: $0, encoding: .utf8) }
        try Data(chain.joined().utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).chain.pem"))
        return Files(chain: "\(folder)/\(name).chain.pem", key: "\(folder)/\(name).key")
    }

    private static let curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"

    private func openssl(_ arguments: String) async throws {
        let words = arguments.split(separator: " ").map(String.init)
        let (status, output) = try await Program.run("/usr/bin/openssl", words, directory: folder)
        guard status == 0 else { throw TestSetupError("openssl \(arguments): \(output)") }
    }
}
