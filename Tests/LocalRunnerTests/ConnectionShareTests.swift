import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import Web

@testable import LocalRunner

/// No client takes the host's places, bytes or time from the others.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ConnectionShareTests {
    private static let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    /// What a listener was asked.
    @HostLoop
    private final class Seen {
        var exchanges: [HTTPExchange] = []
        var count = 0

        nonisolated init() {}
    }

    /// Connects and says nothing.
    @HostLoop
    private func silent(_ count: Int, at port: Int) async throws -> [any Channel] {
        var channels: [any Channel] = []
        for _ in 0..<count {
            let channel = try await ClientBootstrap(group: HostLoop.group).connect(host: "127.0.0.1", port: port).get()
            channels.append(channel)
        }
        return channels
    }

    @Test func halfOpenConnectionsMakeRoom() async throws {
        let limits = HTTPLimits(connections: 32)
        try await HTTPListener.with(limits) { listener in
            let silent = try await silent(100, at: listener.port)
            #expect(listener.openConnections <= 32)
            for _ in 0..<5 {
                let client = try await RawClient.send(Self.request, port: listener.port)
                try await client.wait("its answer", seconds: 10) { $0.statuses == [200] }
                client.close()
            }
            for channel in silent { channel.close(promise: nil) }
        }
    }

    /// Whoever is being answered keeps its place.
    @Test func whoeverWaitsForAnAnswerGivesNoRoom() async throws {
        let limits = HTTPLimits(connections: 8)
        let seen = Seen()
        try await HTTPListener.with(limits, serve: { exchange in seen.exchanges.append(exchange) }) { listener in
            var clients: [RawClient] = []
            for _ in 0..<8 { clients.append(try await RawClient.send(Self.request, port: listener.port)) }
            try await clients[7].wait("their requests") { _ in seen.exchanges.count == 8 }
            // Closed before its request was written, or after.
            if let late = try? await RawClient.send(Self.request, port: listener.port) {
                try await late.wait("its end", seconds: 10) { $0.isClosed }
            }
            for exchange in seen.exchanges { exchange.answer(.ok, []) }
            for client in clients { try await client.wait("the answer", seconds: 10) { $0.statuses == [200] } }
            for client in clients { client.close() }
        }
    }

    /// Slowloris: a head that never ends, and a connection that never begins.
    @Test func aHeadHasTenSeconds() async throws {
        try await HTTPListener.with(HTTPLimits()) { listener in
            let silent = try await silent(3, at: listener.port)
            let slow = try await RawClient.send("GET / HTTP/1.1\r\nHost: a\r\nx: ", port: listener.port)
            let idle = try await RawClient.send(Self.request, port: listener.port)
            try await idle.wait("its answer") { $0.statuses == [200] }
            listener.sweep(now: .now() + .seconds(9))
            #expect(listener.openConnections == 5)
            listener.sweep(now: .now() + .seconds(11))
            try await slow.wait("its end", seconds: 10) { $0.isClosed }
            #expect(listener.openConnections == 1, "who has asked before may be quiet for longer")
            idle.close()
            for channel in silent { channel.close(promise: nil) }
        }
    }

    /// Asks again and again and reads nothing: what waits for it is one answer.
    @Test func whoeverDoesNotReadCostsOneAnswer() async throws {
        let seen = Seen()
        let body = ByteBuffer(repeating: 7, count: 1 << 20)
        try await HTTPListener.with(
            HTTPLimits(),
            serve: { exchange in
                seen.count += 1
                exchange.answer(.ok, [], body)
            }
        ) { listener in
            let client = try await ClientBootstrap(group: HostLoop.group)
                .channelOption(.autoRead, value: false)
                .channelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
                .connect(host: "127.0.0.1", port: listener.port).get()
            try await client.writeAndFlush(ByteBuffer(string: String(repeating: Self.request, count: 200)))
            try await Task.sleep(for: .milliseconds(500))
            // What the two sockets hold, and one that waits.
            #expect(seen.count < 12, "\(seen.count) answers of a megabyte were made")
            // It reads after all, and gets them.
            try await client.setOption(.autoRead, value: true).get()
            client.read()
            let deadline = ContinuousClock.now + .seconds(30)
            while seen.count < 200, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
            #expect(seen.count == 200)
            try? await client.close()
        }
    }

    /// Bodies that arrive share a budget; whoever sends most loses first, with an answer.
    @Test func bodiesAreBoundedTogether() async throws {
        var limits = HTTPLimits(body: 1 << 20)
        limits.bodies = 3 << 20
        try await HTTPListener.with(limits) { listener in
            var clients: [RawClient] = []
            let part = String(repeating: "x", count: 900_000)
            for _ in 0..<8 {
                clients.append(
                    try await RawClient.send(
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + part, port: listener.port))
            }
            try await Task.sleep(for: .milliseconds(300))
            let refused = clients.filter { $0.statuses == [503] }
            #expect(refused.count >= 4 && refused.count < 8, "\(clients.map(\.statuses))")
            // A small one finds room all the same.
            let small = try await RawClient.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", port: listener.port)
            try await small.wait("its answer", seconds: 10) { $0.statuses == [200] }
            for client in clients + [small] { client.close() }
        }
    }

    /// A refused client that goes on sending still reads why.
    @Test func aRefusalIsReadByWhoeverGoesOnSending() async throws {
        try await HTTPListener.with(HTTPLimits(body: 1 << 16)) { listener in
            for _ in 0..<5 {
                let client = try await RawClient.send(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n", port: listener.port)
                for _ in 0..<20 { client.write(String(repeating: "x", count: 100_000)) }
                try await client.wait("the refusal", seconds: 10) { $0.statuses == [413] && $0.text.hasSuffix("}") }
                client.close()
            }
        }
    }

    /// What waits for a process is dropped when nobody waits for it.
    @Test func whoeverLeavesTheQueueIsNotServed() async throws {
        let manifest = FunctionManifest.probe { $0.concurrency = 1 }
        try await TestHost.with(manifest) { host in
            _ = try await host.invoke("probe", "{}")
            async let busy = host.invoke("probe", #"{"do":"sleep","ms":700}"#)
            try await Task.sleep(for: .milliseconds(100))
            let body = #"{"do":"print","text":"served"}"#
            let client = try await RawClient.send(
                "POST /probe/do HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
                port: host.front.port)
            try await Task.sleep(for: .milliseconds(100))
            await client.reset()
            _ = try await busy
            _ = try await host.invoke("probe", #"{"do":"count"}"#)
            #expect(await !host.log("probe").contains("served"))
        }
    }
}
