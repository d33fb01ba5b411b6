import Domain
import Foundation
import NIOCore
import NIOPosix
import Postgres
import Store
import Support
import Synchronization
import Testing
import WhatsAppServer

@testable import SessionWorker

/// The owner asks for something while the worker is busy with what they asked before: the last wish counts.
@Suite(.serialized, .timeLimit(.minutes(5))) struct WishTests {
    @Test func whoTakesBackAnUnlinkingStaysLinked() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                try await installation.link(channel, as: "15550001111")
                await installation.server.inject(Fault(.lost, stanza: "iq:md"))
                try await installation.ask(
                    channel, "update whatsapp_lines set wanted = 'unlinked' where channel_id = \(channel)")
                _ = try await eventually("the goodbye to be lost") {
                    await installation.server.remembered().contains { $0.kind == .fault } ? true : nil
                }
                let sequence = await installation.server.remembered().last?.sequence ?? 0
                try await installation.ask(
                    channel, "update whatsapp_lines set wanted = 'connected' where channel_id = \(channel)")
                _ = try await installation.server.next(.active, after: sequence)
                try await installation.status(channel, "connected")
                let row = try await installation.row(channel)
                #expect(try row["parked"] == false)
                #expect(try row["jid"] as String? != nil, "its keys are still there")
            }
        }
    }

    /// It says one word and ends: whoever sends must not take it for a line.
    @Test func aConnectionThatLogsOutIsNotAnnounced() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let worker = try TestWorker(installation)
            try await installation.link(channel, as: "15550001111")
            await installation.server.inject(Fault(.lost, stanza: "iq:md"))
            let sequence = await installation.server.remembered().last?.sequence ?? 0
            try await installation.ask(
                channel, "update whatsapp_lines set wanted = 'unlinked' where channel_id = \(channel)")
            _ = try await installation.server.next(.active, after: sequence)
            _ = try await eventually("the goodbye to be lost") {
                await installation.server.remembered().contains { $0.kind == .fault } ? true : nil
            }
            let keeper = try #require(worker.worker.lines[channel])
            for _ in 0..<20 {
                #expect(await keeper.connection == nil)
                try await Task.sleep(for: .milliseconds(50))
            }
            await worker.stop()
        }
    }

    @Test func aWishDuringAConnectionThatIsRefusedIsNotParkedOver() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let server = try await RefusingServer.start()
            let worker = try TestWorker(installation, change: { $0.server = server.url })
            _ = try await eventually("a connection") { server.connections >= 1 ? true : nil }
            try await installation.ask(
                channel, "update whatsapp_lines set requested_at = now() where channel_id = \(channel)")
            let keeper = try #require(worker.worker.lines[channel])
            _ = try await eventually("the wish to be heard") { await keeper.asked == 1 ? true : nil }
            server.refuse()
            _ = try await eventually("another connection", within: 10) { server.connections >= 2 ? true : nil }
            server.refuse()
            // This one was the last wish: now it is at rest.
            _ = try await eventually("rest") { try await installation.row(channel)["parked"] == true ? true : nil }
            await worker.stop()
            try await server.stop()
        }
    }

    /// The owner's wish is in the database, the worker has not heard of it yet.
    @Test func anEndDoesNotPutOffWhatWasAskedMeanwhile() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let leases = LineLeases(database: installation.database.app, worker: UUID(), seconds: 60)
            let lease = try #require(try await leases.claim(room: 1).first)
            try await installation.ask(
                channel, "update whatsapp_lines set requested_at = now() where channel_id = \(channel)")
            try await installation.database.app.pipeline(
                holding: lease.line,
                [
                    .lineEnded(
                        lease.line, failures: 3, retryAt: Date(timeIntervalSinceNow: 900), parked: true,
                        asked: lease.asked, at: Date())
                ])
            let row = try await installation.row(channel)
            #expect(try row["parked"] == false && row["failures"] == 0)
            #expect(try row["retry_at"] as Date? == nil)
        }
    }
}

/// Takes connections and says nothing until it is told to refuse them (HTTP 403).
private final class RefusingServer: Sendable {
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let waiting = Mutex<[any NIOCore.Channel]>([])
    private let count = Mutex(0)
    private let port = Mutex(0)

    var connections: Int { count.withLock { $0 } }
    var url: String { "ws://127.0.0.1:\(port.withLock { $0 })/ws/chat" }

    static func start() async throws -> RefusingServer {
        let server = RefusingServer()
        let channel = try await ServerBootstrap(group: server.loops)
            .childChannelInitializer { channel in
                server.count.withLock { $0 += 1 }
                server.waiting.withLock { $0.append(channel) }
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.port.withLock { $0 = channel.localAddress?.port ?? 0 }
        return server
    }

    func refuse() {
        let channels = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for channel in channels {
            let answer = ByteBuffer(string: "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            channel.writeAndFlush(answer, promise: nil)
        }
    }

    func stop() async throws {
        try await loops.shutdownGracefully()
    }
}
