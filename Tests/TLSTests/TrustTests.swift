import Support
import TLS
import Testing

/// Whom a client talks to.
@Suite struct TrustTests {
    private func failure(_ files: Certificates.Files, host: String = "example.test") async throws -> TLSError? {
        let clients = try TLSContext.client(authorities: try await Certificates.shared.authority())
        let pair = try Pair(clients, try .server(chain: files.chain, key: files.key), host: host)
        pair.say([1], from: pair.client)
        try pair.carry()
        #expect(pair.serverSaw.bytes.isEmpty == !pair.clientSaw.failures.isEmpty, "nothing is said to a stranger")
        return pair.clientSaw.failures.first
    }

    @Test(arguments: [
        ("DNS:example.test", "example.test"), ("DNS:other.test,DNS:example.test", "EXAMPLE.test"),
        ("DNS:*.example.test", "a.example.test"), ("IP:127.0.0.1", "127.0.0.1"), ("IP:::1", "::1"),
    ]) func theRightNameIsTrusted(_ names: String, _ host: String) async throws {
        #expect(try await failure(try await Certificates.shared.make(names), host: host) == nil)
    }

    @Test(arguments: [
        ("DNS:other.test", "example.test"), ("DNS:*.example.test", "example.test"),
        ("DNS:*.example.test", "a.b.example.test"), ("DNS:exam*.test", "example.test"), ("DNS:*", "example.test"),
        ("DNS:*.test", "example.test.evil"), ("IP:127.0.0.2", "127.0.0.1"), ("DNS:127.0.0.1", "127.0.0.1"),
        ("DNS:example.test.evil", "example.test"),
    ]) func anotherNameIsNot(_ names: String, _ host: String) async throws {
        let failure = try await failure(try await Certificates.shared.make(names), host: host)
        #expect("\(try #require(failure))".contains("mismatch"), "\(String(describing: failure))")
    }

    /// RFC 9525, section 2: the common name is no name.
    @Test func theSubjectIsNoName() async throws {
        let files = try await Certificates.shared.make(nil, subject: "example.test")
        #expect(try await failure(files) != nil)
    }

    @Test func whatIsExpiredForeignOrForAnotherUseIsRefused() async throws {
        let shared = Certificates.shared
        #expect(try await failure(try await shared.make("DNS:example.test", days: -1)) != nil)
        #expect(try await failure(try await shared.make("DNS:example.test", by: "stranger")) != nil)
        let forClients = try await shared.make("DNS:example.test", more: ["extendedKeyUsage=clientAuth"])
        #expect(try await failure(forClients) != nil)
    }

    @Test func onlyAuthoritiesVouch() async throws {
        let shared = Certificates.shared
        let middle = try await shared.make(nil, more: ["basicConstraints=critical,CA:TRUE"])
        #expect(try await failure(try await shared.make("DNS:example.test", over: middle)) == nil)
        let leaf = try await shared.make("DNS:example.test", more: ["basicConstraints=critical,CA:FALSE"])
        #expect(try await failure(try await shared.make("DNS:example.test", over: leaf)) != nil)
    }

    /// An authority of one's own beside the system's would be found.
    @Test func theSystemTrustsNoAuthorityOfOurs() async throws {
        let files = try await Certificates.shared.make("DNS:example.test")
        let pair = try Pair(try .client(), try .server(chain: files.chain, key: files.key))
        try pair.carry()
        #expect(pair.clientSaw.failures.count == 1)
    }

    @Test(arguments: ["", "example.test\0.evil"]) func aNameThatIsNoneIsRefused(_ host: String) async throws {
        let clients = try TLSContext.client()
        #expect(throws: TLSError.self) { try TLSHandler(clients, host: host) }
    }

    @Test func filesThatAreMissingOrDontBelongTogetherAreRefused() async throws {
        let (one, other) = (
            try await Certificates.shared.make("DNS:a.test"), try await Certificates.shared.make("DNS:b.test")
        )
        #expect(throws: TLSError.self) { try TLSContext.server(chain: one.chain, key: other.key) }
        #expect(throws: TLSError.self) { try TLSContext.server(chain: "/nowhere.pem", key: one.key) }
        #expect(throws: TLSError.self) { try TLSContext.client(authorities: "/nowhere.pem") }
    }
}
