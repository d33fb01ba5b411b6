import Testing
import Web

/// K24: who is behind a trusted proxy, however that proxy writes it.
@Suite struct TrustedProxyTests {
    private func client(_ forwardedFor: String?, peer: String = "10.0.0.1") throws -> String {
        try #require(TrustedProxies("10.0.0.0/8, ::1, 2001:db8:1::/48"))
            .clientAddress(peer: peer, forwardedFor: forwardedFor)
    }

    @Test(arguments: [
        ("203.0.113.50", "203.0.113.50"), ("203.0.113.50:4000", "203.0.113.50"), (" 203.0.113.50 ", "203.0.113.50"),
        ("\"203.0.113.50:4000\"", "203.0.113.50"), ("2001:db8::7", "2001:db8::7"), ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"), ("\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
        ("::ffff:203.0.113.50", "::ffff:203.0.113.50"), ("[::ffff:203.0.113.50]:80", "::ffff:203.0.113.50"),
        ("fe80::1%eth0", "fe80::1"), ("203.0.113.50:4000, 10.0.0.2:80", "203.0.113.50"),
        ("198.51.100.1, 203.0.113.50:1, [2001:db8:1::5]:443", "203.0.113.50"),
    ])
    func aPortIsNoPartOfAnAddress(_ header: String, _ expected: String) throws {
        #expect(try client(header) == expected)
    }

    /// Then the nearest proxy stands for whoever is behind it: what it says names nobody.
    @Test(arguments: [
        "unknown", "_hidden", "", " ", ",", "203.0.113.50:", "203.0.113.50:x", "203.0.113.50:123456", "[2001:db8::7",
        "2001:db8::7]", "[]", "[203.0.113.50", "\"", "\"\"", "203.0.113.50 evil", "203.0.113", "localhost", "a:b:c",
        "[2001:db8::7]4711", "%", ":", "203.0.113.50:٤٠",
    ])
    func whatNamesNobodyIsTheProxy(_ header: String) throws {
        #expect(try client(header) == "10.0.0.1")
    }

    @Test func onlyTheNearestUntrustedHopCounts() throws {
        #expect(try client("1.2.3.4, unknown, 10.0.0.3") == "10.0.0.3")
        #expect(try client("1.2.3.4", peer: "203.0.113.9") == "203.0.113.9", "hearsay")
        #expect(try client(nil) == "10.0.0.1")
    }

    /// Two clients of one proxy are two, whatever port each has.
    @Test func portsDoNotMakeClients() throws {
        #expect(try client("203.0.113.50:4000") == client("203.0.113.50:4001"))
        #expect(try client("203.0.113.50:4000") != client("203.0.113.51:4000"))
    }
}
