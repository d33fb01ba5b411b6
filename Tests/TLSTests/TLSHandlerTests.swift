import Foundation
import NIOCore
import NIOEmbedded
import Support
import TLS
import Testing

/// Two of our own against each other, over a network that does its worst.
@Suite struct TLSHandlerTests {
    private static func contexts() async throws -> (client: TLSContext, server: TLSContext) {
        let files = try await Certificates.shared.make("DNS:example.test")
        return (
            try .client(authorities: try await Certificates.shared.authority()),
            try .server(chain: files.chain, key: files.key)
        )
    }

    @Test(arguments: [1, 7, 1000, Int.max]) func whatIsSaidArrivesInPiecesOfAnySize(_ piece: Int) async throws {
        let (clients, servers) = try await Self.contexts()
        let pair = try Pair(clients, servers)
        pair.say(Array("early".utf8), from: pair.client)
        try pair.carry(piece)
        var generator = SeededGenerator(seed: 1)
        let long = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        pair.say(long, from: pair.server)
        pair.say([], from: pair.server)
        try pair.carry(piece)
        #expect(pair.serverSaw.bytes == Array("early".utf8))
        #expect(pair.clientSaw.bytes == long)
        #expect(pair.clientSaw.errors.isEmpty && pair.serverSaw.errors.isEmpty)
    }

    @Test func aProperEndIsNoError() async throws {
        let (clients, servers) = try await Self.contexts()
        let pair = try Pair(clients, servers)
        try pair.carry()
        pair.say(Array("last words".utf8), from: pair.server)
        pair.server.close(promise: nil)
        try pair.carry()
        #expect(pair.clientSaw.bytes == Array("last words".utf8))
        #expect(pair.clientSaw.isClosed)
        #expect(pair.clientSaw.errors.isEmpty)
        #expect(pair.say([1], from: pair.client).error != nil)
    }

    @Test func aCutAtAnyByteIsNoticed() async throws {
        let (clients, servers) = try await Self.contexts()
        let words = Array("words".utf8)
        func talk(clientLimit: Int = .max, serverLimit: Int = .max) throws -> Pair {
            let pair = try Pair(clients, servers)
            try pair.carry(clientLimit: clientLimit, serverLimit: serverLimit)
            pair.say(words, from: pair.server)
            pair.say(words, from: pair.client)
            try pair.carry(clientLimit: clientLimit, serverLimit: serverLimit)
            return pair
        }
        let whole = try talk()
        // Signatures differ by some bytes from one time to the next.
        for cut in 0..<whole.toClient - 8 {
            let pair = try talk(clientLimit: cut)
            pair.cut(pair.client)
            #expect(pair.clientSaw.failures == [.truncated], "after \(cut) bytes")
            #expect(pair.clientSaw.isClosed)
            #expect(pair.clientSaw.bytes.isEmpty)
        }
        for cut in 0..<whole.toServer - 8 {
            let pair = try talk(serverLimit: cut)
            pair.cut(pair.server)
            #expect(pair.serverSaw.failures == [.truncated], "after \(cut) bytes")
            #expect(pair.serverSaw.bytes.isEmpty)
        }
    }

    @Test func aCutAfterWholeWordsIsNoticedToo() async throws {
        let (clients, servers) = try await Self.contexts()
        let pair = try Pair(clients, servers)
        try pair.carry()
        pair.say(Array("half of".utf8), from: pair.server)
        try pair.carry()
        pair.cut(pair.client)
        #expect(pair.clientSaw.bytes == Array("half of".utf8))
        #expect(pair.clientSaw.failures == [.truncated])
    }

    @Test func whatWaitsForTheHandshakeIsBounded() async throws {
        let (clients, servers) = try await Self.contexts()
        let pair = try Pair(clients, servers)
        let first = pair.say(Array(repeating: 1, count: TLSHandler.most), from: pair.client)
        #expect(pair.clientSaw.errors.isEmpty)
        let more = pair.say([1], from: pair.client)
        #expect(pair.clientSaw.failures.count == 1)
        #expect(first.error != nil && more.error != nil)
    }

    @Test func noByteCanBeChangedUnnoticed() async throws {
        let (clients, servers) = try await Self.contexts()
        let words = (0..<200).map { UInt8($0) }
        let isLong = ProcessInfo.processInfo.environment["PARLEY_LONG"] == "1"
        let rounds = isLong ? 2_000_000 : 1500
        for round in 0..<rounds {
            var generator = SeededGenerator(seed: UInt64(round))
            let pair = try Pair(clients, servers)
            defer { pair.close() }
            let place = Int.random(in: 0..<2500, using: &generator)
            let bits = UInt8.random(in: 1...255, using: &generator)
            let damage = Damage(at: place, bits)
            pair.spoil = damage.spoil
            try pair.carry(Int.random(in: 1...3000, using: &generator))
            pair.say(words, from: pair.server)
            pair.say(words, from: pair.client)
            try pair.carry(Int.random(in: 1...3000, using: &generator))
            for saw in [pair.clientSaw, pair.serverSaw] {
                #expect(saw.bytes.isEmpty || saw.bytes == words, "seed \(round)")
            }
            let isWhole = pair.clientSaw.bytes == words && pair.serverSaw.bytes == words
            let hasFailed = !pair.clientSaw.failures.isEmpty || !pair.serverSaw.failures.isEmpty
            // Neither: a length grew, and the rest never comes.
            #expect(!(isWhole && hasFailed), "seed \(round)")
            if isWhole, damage.isDone { #expect(damage.isOfNoAccount, "seed \(round): byte \(place) went unnoticed") }
        }
    }

    @Test func whatIsNoTLSIsRefused() async throws {
        let (_, servers) = try await Self.contexts()
        for text in [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\u{16}\u{3}\u{1}\0\u{5}hello", String(repeating: "\0", count: 70000),
        ] {
            let server = EmbeddedChannel()
            let saw = Witness()
            try server.pipeline.syncOperations.addHandlers([try TLSHandler(servers), saw])
            server.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
            server.pipeline.fireChannelRead(ByteBuffer(string: text))
            #expect(saw.failures.count == 1, "\(text.prefix(10))")
            #expect(saw.isClosed && saw.bytes.isEmpty)
        }
    }

    /// A worker holds a connection for each of its lines.
    @Test func aThousandConnectionsThatRestAreSmall() async throws {
        let (clients, servers) = try await Self.contexts()
        let before = try allocated()
        var pairs: [Pair] = []
        for _ in 0..<500 {
            let pair = try Pair(clients, servers)
            pair.say(Array(repeating: 1, count: 3000), from: pair.client)
            try pair.carry()
            pair.say(Array(repeating: 2, count: 3000), from: pair.server)
            try pair.carry()
            #expect(pair.clientSaw.bytes.count == 3000)
            pairs.append(pair)
        }
        let each = try (allocated() - before) / 1000
        print("a connection's side at rest: \(each) bytes")
        #expect((1_000..<60_000).contains(each))
        withExtendedLifetime(pairs) {}
    }

    /// What went through it once in one piece is not kept by it.
    @Test func aLargeMessageLeavesNothingBehind() async throws {
        let (clients, servers) = try await Self.contexts()
        let before = try allocated()
        var pairs: [Pair] = []
        for _ in 0..<20 {
            let pair = try Pair(clients, servers)
            try pair.carry()
            pair.say(Array(repeating: 1, count: 4 << 20), from: pair.client)
            try pair.carry(1 << 14)
            #expect(pair.serverSaw.bytes.count == 4 << 20)
            pair.serverSaw.bytes = []
            pairs.append(pair)
        }
        let each = try (allocated() - before) / 40
        #expect(each < 200_000, "\(each) bytes")
        withExtendedLifetime(pairs) {}
    }

    /// A write to somebody who was never there: whoever waits for it is told.
    @Test func whatWasWrittenWithoutAConnectionFails() async throws {
        let (clients, _) = try await Self.contexts()
        let channel = EmbeddedChannel()
        let handler = try TLSHandler(clients, host: "example.test")
        try channel.pipeline.syncOperations.addHandler(handler)
        let spoken = Pair.say([1], on: channel)
        _ = try channel.finish(acceptAlreadyClosed: true)
        #expect(spoken.error != nil)
    }

    /// Bytes of the process, without what the heap only keeps for later.
    private func allocated() throws -> Int {
        typealias Trim = @convention(c) (Int) -> Int32
        if let trim = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(trim, to: Trim.self)(0) }
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
        return try #require(Int(pages)) * 4096
    }
}
