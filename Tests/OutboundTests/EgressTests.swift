import Glibc
import Testing

@testable import Outbound

@Suite struct EgressTests {
    private func failure(_ client: HTTPClient, _ request: OutboundRequest) async -> OutboundError.Code? {
        do throws(OutboundError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return error.code
        }
    }

    /// Every spelling of "this machine" that a URL allows.
    @Test(arguments: [
        "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "127.0.0.1.", "[::1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]",
    ])
    func thisMachineIsRefusedHoweverItIsSpelt(_ host: String) async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.answer("secret")
        }
        defer { server.stop() }
        let code = await failure(
            .live(), OutboundRequest(method: "GET", url: "http://\(host):\(server.port)/", timeout: 3))
        // A family this machine has no route for is refused as well, or not reached at all; it is never answered.
        #expect(code == .forbiddenAddress || code == .unreachable || code == .badURL)
        if ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001"].contains(host) {
            #expect(code == .forbiddenAddress)
        }
        #expect(server.connections == 0)
    }

    @Test func theAllowListNamesHostAndPort() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.answer("ok")
        }
        defer { server.stop() }
        let request = OutboundRequest(method: "GET", url: server.url)
        #expect(
            await failure(.live(allowedPrivate: ["127.0.0.1:1", "localhost:\(server.port)"]), request)
                == .forbiddenAddress)
        #expect(await failure(.live(allowedPrivate: [server.address]), request) == nil)
        #expect(await failure(.live(allowedPrivate: [server.url + "/v1"]), request) == nil)
    }

    /// S9: what the operator lets providers be is nothing that an organization may choose as a file's address.
    @Test func eachListServesItsOwnPurpose() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.answer("ok")
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let file = OutboundRequest(method: "GET", url: server.url, isAddressForeign: true)
        #expect(await failure(client, file) == .forbiddenAddress)
        #expect(server.connections == 0)
        #expect(await failure(client, OutboundRequest(method: "GET", url: server.url)) == nil)
        #expect(await failure(.live(allowedForFiles: [server.address]), file) == nil)
        let provider = OutboundRequest(method: "GET", url: server.url)
        #expect(await failure(.live(allowedForFiles: [server.address]), provider) == .forbiddenAddress)
    }

    @Test(arguments: [
        ("http://127.0.0.1/v1", "127.0.0.1", 80), ("https://[::1]/x", "[::1]", 443), ("HTTP://Host:81", "host", 81),
        ("host:9", "HOST", 9),
    ])
    func aBaseURLStandsForItsHostAndPort(_ entry: String, _ host: String, _ port: Int) {
        #expect(EgressGuard(allowed: [entry]).mayReachPrivate(host: host, port: port))
        #expect(!EgressGuard(allowed: [entry]).mayReachPrivate(host: host, port: port + 1))
    }

    @Test func aRedirectCannotReachAPrivateAddress() async throws {
        let inner = try LocalServer { peer in
            peer.read()
            peer.answer("secret")
        }
        let outer = try LocalServer { peer in
            peer.read()
            peer.answer("", status: "302 Found", headers: "Location: \(inner.url)/admin\r\n")
        }
        defer {
            inner.stop()
            outer.stop()
        }
        let client = HTTPClient.live(allowedPrivate: [outer.address])
        let code = await failure(client, OutboundRequest(method: "GET", url: outer.url, redirects: 3))
        #expect(code == .forbiddenAddress)
        #expect(inner.connections == 0)
    }

    @Test func credentialsStayWithTheirHost() async throws {
        let second = try LocalServer { peer in
            peer.read()
            peer.answer("there")
        }
        let first = try LocalServer { peer in
            while let request = peer.read() {
                let location = request.hasPrefix("GET /start") ? "/same" : "\(second.url)/other"
                peer.answer("", status: "307 Temporary Redirect", headers: "Location: \(location)\r\n")
            }
        }
        defer {
            first.stop()
            second.stop()
        }
        let client = HTTPClient.live(allowedPrivate: [first.address, second.address])
        let answer = try await client.send(
            OutboundRequest(
                method: "GET", url: first.url + "/start",
                headers: [("Authorization", "Bearer k"), ("x-api-key", "k"), ("Accept", "a/b")], redirects: 2))
        #expect(String(decoding: answer.body, as: UTF8.self) == "there")
        #expect(first.requests.count == 2)
        #expect(first.requests.allSatisfy { $0.contains("Authorization: Bearer k") })
        let other = try #require(second.requests.first)
        #expect(!other.contains("Bearer") && !other.contains("x-api-key") && other.contains("Accept: a/b"))
    }

    @Test func redirectsAreBounded() async throws {
        let server = try LocalServer { peer in
            while peer.read() != nil { peer.answer("", status: "302 Found", headers: "Location: /again\r\n") }
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        #expect(
            await failure(client, OutboundRequest(method: "GET", url: server.url, redirects: 3)) == .tooManyRedirects)
        #expect(server.requests.count == 4)
        // Not asked to follow: the redirect is the answer.
        let answer = try await client.send(OutboundRequest(method: "GET", url: server.url))
        #expect(answer.status == 302)
    }

    @Test func aPostBecomesAGetWhereTheStandardSaysSo() async throws {
        let server = try LocalServer { peer in
            while let request = peer.read() {
                if request.contains(" /303 ") { peer.answer("", status: "303 See Other", headers: "Location: /x\r\n") }
                if request.contains(" /308 ") {
                    peer.answer("", status: "308 Permanent Redirect", headers: "Location: /x\r\n")
                }
                if request.contains(" /x ") { peer.answer("done") }
            }
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        for path in ["/303", "/308"] {
            _ = try await client.send(OutboundRequest(method: "POST", url: server.url + path, body: [65], redirects: 1))
        }
        let final = server.requests.filter { $0.contains(" /x ") }
        try #require(final.count == 2)
        #expect(final[0].hasPrefix("GET ") && !final[0].hasSuffix("A"))
        #expect(final[1].hasPrefix("POST ") && final[1].hasSuffix("A"))
    }

    @Test(arguments: [
        ("8.8.8.8", true), ("1.1.1.1", true), ("10.0.0.1", false), ("100.64.0.1", false), ("100.127.255.255", false),
        ("100.128.0.1", true), ("127.9.9.9", false), ("169.254.169.254", false), ("172.15.0.1", true),
        ("172.16.0.1", false), ("172.31.255.255", false), ("172.32.0.1", true), ("192.168.3.4", false),
        ("192.0.0.8", false), ("192.0.1.1", true), ("198.17.0.1", true), ("198.19.0.1", false), ("224.0.0.1", false),
        ("239.255.255.255", false), ("255.255.255.255", false), ("0.1.2.3", false), ("203.0.113.9", false),
        ("2001:4860:4860::8888", true), ("2a00:1450:4001::1", true), ("::", false), ("::1", false),
        ("::ffff:8.8.8.8", false), ("::ffff:127.0.0.1", false), ("::127.0.0.1", false), ("64:ff9b::7f00:1", false),
        ("64:ff9b::808:808", true), ("64:ff9b:1::1", false), ("fc00::1", false), ("fd12:3456::1", false),
        ("fe80::1", false), ("fec0::1", false), ("ff02::1", false), ("2001:db8::1", false), ("2001::1", false),
        ("2002:7f00:1::", false), ("100::1", false), ("3fff::1", false),
    ])
    func publicMeansPublic(_ text: String, _ isPublic: Bool) throws {
        var bytes = [UInt8](repeating: 0, count: 16)
        let isSix = text.contains(":")
        try #require(inet_pton(isSix ? AF_INET6 : AF_INET, text, &bytes) == 1)
        #expect((isSix ? AddressRange.isPublicIPv6(bytes) : AddressRange.isPublicIPv4(Array(bytes[..<4]))) == isPublic)
    }
}
