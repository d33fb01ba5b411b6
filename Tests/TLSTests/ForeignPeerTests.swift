import Foundation
import NIOCore
import NIOPosix
import Support
import TLS
import Testing

/// Against OpenSSL's own program, over real sockets.
@Suite struct ForeignPeerTests {
    /// Answers the first bytes with themselves, and closes.
    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(data, promise: nil)
            context.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {}
    }

    /// - Returns: what `openssl s_client` printed.
    private func client(_ options: String, saying words: String = "hello") async throws -> String {
        let files = try await Certificates.shared.make("DNS:example.test")
        let context = try TLSContext.server(chain: files.chain, key: files.key)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([try TLSHandler(context), Echo()])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let authority = try await Certificates.shared.authority()
        let (_, output) = try await Program.run(
            "/bin/sh",
            [
                "-c",
                "(printf '\(words)\\n'; sleep 1) | timeout -s KILL 40 openssl s_client -connect 127.0.0.1:\(port) -CAfile \(authority) "
                    + "-servername example.test -verify_hostname example.test -verify_return_error \(options)",
            ])
        try await server.close()
        return output
    }

    @Test(arguments: ["-tls1_2", "-tls1_3", "-tls1_3 -alpn h2,http/1.1"])
    func aClientOfOpenSSLIsAnswered(_ options: String) async throws {
        let output = try await client(options)
        #expect(output.contains("hello"), "\(output)")
        #expect(output.contains("Verification: OK"))
        #expect(output.contains("ALPN protocol: http/1.1") == options.contains("alpn"))
    }

    @Test(arguments: [
        ("-tls1_1 -cipher DEFAULT@SECLEVEL=0", "alert protocol version"), ("-alpn h2", "no application protocol"),
    ]) func whatIsOldOrForeignIsRefused(_ options: String, _ reason: String) async throws {
        let output = try await client(options)
        #expect(output.contains(reason), "\(output)")
        #expect(!output.contains("hello"))
    }

    @Test func nothingIsNegotiatedAnew() async throws {
        let output = try await client("-tls1_2", saying: "R")
        #expect(output.contains("no renegotiation"), "\(output)")
    }

    // MARK: As a client

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let done: EventLoopPromise<String>
        var text = ""

        init(_ done: EventLoopPromise<String>) { self.done = done }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "hello\n")), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard text.hasSuffix("\n") else { return }
            done.succeed(text)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { done.fail(ChannelError.eof) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { done.fail(error) }
    }

    /// - Returns: what `openssl s_server -rev` made of a line.
    private func ask(_ options: String) async throws -> String {
        let files = try await Certificates.shared.make("DNS:example.test")
        let port = Int(try TestSocket.freePort())
        async let server = Program.run(
            "/usr/bin/timeout",
            "-s KILL 40 openssl s_server -accept 127.0.0.1:\(port) -cert \(files.chain) -key \(files.key) -rev -naccept 1 \(options)"
                .split(separator: " ").map(String.init))
        let context = try TLSContext.client(authorities: try await Certificates.shared.authority())
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let done = loop.makePromise(of: String.self)
        let bootstrap = ClientBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([
                    try TLSHandler(context, host: "example.test"), Collector(done),
                ])
            }
        }
        try await connect(bootstrap, port)
        let answer = await Result { try await done.futureResult.get() }
        _ = try await server
        return try answer.get()
    }

    /// It takes a moment until it listens.
    private func connect(_ bootstrap: ClientBootstrap, _ port: Int) async throws {
        for attempt in 0... {
            do {
                _ = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
                return
            } catch  where attempt < 100 {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test(arguments: ["-tls1_2", "-tls1_3", "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256"])
    func aServerOfOpenSSLIsUnderstood(_ options: String) async throws {
        #expect(try await ask(options) == "olleh\n")
    }

    @Test func anOldServerIsRefused() async throws {
        await #expect(throws: TLSError.self) { try await ask("-tls1_1 -cipher DEFAULT@SECLEVEL=0") }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
