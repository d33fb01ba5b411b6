import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import LocalRunner

/// Places, bytes and turns are shared by address: whoever takes most gives way first, and whoever comes with one request is served.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ClientShareTests {
    private static let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let other = "127.0.0.2"

    @HostLoop
    private final class Held {
        var exchanges: [HTTPExchange] = []
        nonisolated init() {}
    }

    private static func post(_ bytes: Int, sending: Int) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(bytes)\r\n\r\n" + String(repeating: "x", count: sending)
    }

    // MARK: Connections and bodies

    @Test func busyConnectionsOfOneAddressDoNotLockOthersOut() async throws {
        let held = Held()
        try await HTTPListener.with(
            HTTPLimits(connections: 8),
            serve: { $0.peer == Self.other ? $0.answer(.ok, []) : held.exchanges.append($0) }
        ) { listener in
            var clients: [RawClient] = []
            for _ in 0..<8 { clients.append(try await RawClient.send(Self.request, port: listener.port)) }
            try await clients[7].wait("their requests") { _ in held.exchanges.count == 8 }
            let other = try await RawClient.send(Self.request, port: listener.port, from: Self.other)
            try await other.wait("its answer", seconds: 10) { $0.statuses == [200] }
            try await Task.sleep(for: .milliseconds(100))
            #expect(clients.count(where: \.isClosed) == 1, "one gave way, and no more")
            for client in clients + [other] { client.close() }
        }
    }

    /// Ten of three hundred kilobytes are more than one of nine hundred.
    @Test func theAddressThatSendsMostGivesWay() async throws {
        var limits = HTTPLimits(body: 1 << 20)
        limits.bodies = 3_000_000
        try await HTTPListener.with(limits) { listener in
            var clients: [RawClient] = []
            for _ in 0..<10 {
                clients.append(try await RawClient.send(Self.post(1_000_000, sending: 290_000), port: listener.port))
            }
            try await Task.sleep(for: .milliseconds(300))
            let other = try await RawClient.send(
                Self.post(900_000, sending: 900_000), port: listener.port, from: Self.other)
            try await other.wait("its answer", seconds: 10) { !$0.statuses.isEmpty }
            #expect(other.statuses == [200])
            for client in clients + [other] { client.close() }
        }
    }

    /// Bodies of requests that wait, and what is made of them, make room as those that arrive do.
    @Test(arguments: [0, 900_000]) func requestsThatWaitGiveWayToo(_ made: Int) async throws {
        var limits = HTTPLimits(body: 1 << 20)
        limits.bodies = 3_000_000
        try await HTTPListener.with(
            limits,
            serve: { exchange in
                guard exchange.peer != Self.other else { return exchange.answer(.ok, []) }
                exchange.hold(made)
                exchange.withdraw = { _ in
                    exchange.answer(.serviceUnavailable, [])
                    return true
                }
            }
        ) { listener in
            var clients: [RawClient] = []
            for _ in 0..<(made == 0 ? 3 : 2) {
                clients.append(try await RawClient.send(Self.post(900_000, sending: 900_000), port: listener.port))
            }
            try await Task.sleep(for: .milliseconds(300))
            let before = clients.count { !$0.statuses.isEmpty }
            let other = try await RawClient.send(
                Self.post(900_000, sending: 900_000), port: listener.port, from: Self.other)
            try await other.wait("its answer", seconds: 10) { !$0.statuses.isEmpty }
            #expect(other.statuses == [200])
            try await Task.sleep(for: .milliseconds(100))
            #expect(clients.count { $0.statuses == [503] } == before + 1)
            for client in clients + [other] { client.close() }
        }
    }

    /// Whoever was told to give way is still there until it has read that, and no longer.
    @Test func whoeverGivesWayIsCountedUntilItIsGone() async throws {
        var limits = HTTPLimits(body: 1 << 20)
        limits.bodies = 3_000_000
        try await HTTPListener.with(limits) { listener in
            var silent: [any Channel] = []
            for _ in 0..<8 {
                let channel = try await ClientBootstrap(group: HostLoop.group).channelOption(.autoRead, value: false)
                    .channelOption(.allowRemoteHalfClosure, value: true)
                    .connect(host: "127.0.0.1", port: listener.port).get()
                try await channel.writeAndFlush(ByteBuffer(string: Self.post(1_000_000, sending: 900_000)))
                silent.append(channel)
            }
            try await Task.sleep(for: .milliseconds(500))
            #expect(listener.openConnections == 8)
            try await until(seconds: 15) { listener.openConnections <= 3 }
            for channel in silent { channel.close(promise: nil) }
        }
    }

    /// Its refusal is longer than the sockets hold.
    @Test func aRefusalThatNobodyReadsEnds() async throws {
        var limits = HTTPLimits()
        limits.refusal = { _ in HTTPRefusal(status: 400, headers: [], body: ByteBuffer(repeating: 7, count: 32 << 20)) }
        try await HTTPListener.with(limits) { listener in
            let channel = try await ClientBootstrap(group: HostLoop.group).channelOption(.autoRead, value: false)
                .connect(host: "127.0.0.1", port: listener.port).get()
            try await channel.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
            try await until(seconds: 5) { listener.openConnections == 1 }
            try await until(seconds: 20) { listener.openConnections == 0 }
            channel.close(promise: nil)
        }
    }

    @HostLoop
    private func until(seconds: Double, _ condition: @HostLoop () -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !condition(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        #expect(condition())
    }

    // MARK: The queue of a function

    private static func order(_ json: String, from client: String) -> String {
        "POST /probe/do HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \(client)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(json.utf8.count)\r\n\r\n\(json)"
    }

    /// The second case are addresses of one network: whoever has one of them has them all.
    @Test(arguments: [
        ((1...8).map { _ in "203.0.113.1" }, "203.0.113.2"),
        ((1...8).map { "2001:db8::\($0)" }, "2001:db8:0:1::1"),
    ])
    func nobodysHundredStandBeforeAnothersOne(_ crowd: [String], _ other: String) async throws {
        let manifest = FunctionManifest.probe {
            ($0.concurrency, $0.queue) = (1, 8)
        }
        try await TestHost.with(manifest, front: .settings(trusting: "127.0.0.1")) { host in
            _ = try await host.invoke("probe", "{}")
            async let busy = host.invoke("probe", #"{"do":"sleep","ms":700}"#)
            try await Task.sleep(for: .milliseconds(150))
            var clients: [RawClient] = []
            for address in crowd {
                clients.append(
                    try await RawClient.send(
                        Self.order(#"{"do":"sleep","ms":300}"#, from: address), port: host.front.port))
            }
            try await Task.sleep(for: .milliseconds(100))
            let one = try await RawClient.send(Self.order(#"{"do":"count"}"#, from: other), port: host.front.port)
            try await one.wait("its answer", seconds: 20) { !$0.statuses.isEmpty }
            #expect(await one.statuses == [200])
            var served = 0
            var refused = 0
            for client in clients {
                let statuses = await client.statuses
                served += statuses == [200] ? 1 : 0
                refused += statuses == [503] ? 1 : 0
            }
            #expect(served <= 1 && refused == 1, "\(served) of the crowd were served before it, \(refused) refused")
            _ = try await busy
            for client in clients + [one] { await client.close() }
        }
    }

    /// It has gone, or it is one of the few that end their own direction first: the answer says that it was not served.
    @Test func whoeverSendsNoMoreLeavesTheQueue() async throws {
        let manifest = FunctionManifest.probe { $0.concurrency = 1 }
        try await TestHost.with(manifest) { host in
            _ = try await host.invoke("probe", "{}")
            async let busy = host.invoke("probe", #"{"do":"sleep","ms":1500}"#)
            try await Task.sleep(for: .milliseconds(150))
            let client = try await RawClient.send(
                Self.order(#"{"do":"print","text":"served"}"#, from: "-"), port: host.front.port)
            await client.endWriting()
            try await client.wait("its end", seconds: 1) { $0.isClosed }
            #expect(await client.statuses == [503])
            _ = try await busy
            _ = try await host.invoke("probe", #"{"do":"count"}"#)
            #expect(await !host.log("probe").contains("served"))
        }
    }

    /// Nobody else waits: it gets the process that starts for it.
    @Test func whoeverSendsNoMoreIsServedByAColdFunction() async throws {
        try await TestHost.with(.probe()) { host in
            let client = try await RawClient.send("GET /probe HTTP/1.1\r\nHost: a\r\n\r\n", port: host.front.port)
            await client.endWriting()
            try await client.wait("its end") { $0.isClosed }
            #expect(await client.statuses == [200])
        }
    }
}
