import NIOCore
import NIOEmbedded
import TLS

/// A client and a server without a network: their bytes are carried by hand.
final class Pair {
    let client: EmbeddedChannel
    let server: EmbeddedChannel
    let clientSaw = Witness()
    let serverSaw = Witness()
    /// Bytes carried so far.
    private(set) var toClient = 0
    private(set) var toServer = 0
    /// Changes what is carried.
    var spoil: (_ bytes: inout [UInt8], _ toServer: Bool) -> Void = { _, _ in }

    init(_ clients: TLSContext, _ servers: TLSContext, host: String = "example.test") throws {
        client = EmbeddedChannel()
        server = EmbeddedChannel()
        try client.pipeline.syncOperations.addHandlers([try TLSHandler(clients, host: host), clientSaw])
        try server.pipeline.syncOperations.addHandlers([try TLSHandler(servers), serverSaw])
        for channel in [client, server] {
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        }
    }

    /// Until nobody says anything more.
    /// - Parameters:
    ///   - piece: bytes that arrive at once.
    ///   - limits: bytes after which a direction is cut.
    func carry(_ piece: Int = .max, clientLimit: Int = .max, serverLimit: Int = .max) throws {
        while true {
            let there = try outbound(client, toServer: true)
            let back = try outbound(server, toServer: false)
            if there.isEmpty, back.isEmpty { return }
            deliver(there.prefix(max(0, serverLimit - toServer)), to: server, piece)
            toServer += there.count
            deliver(back.prefix(max(0, clientLimit - toClient)), to: client, piece)
            toClient += back.count
        }
    }

    private func outbound(_ channel: EmbeddedChannel, toServer: Bool) throws -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { all += Array(bytes.readableBytesView) }
        if !all.isEmpty { spoil(&all, toServer) }
        return all
    }

    private func deliver(_ bytes: ArraySlice<UInt8>, to channel: EmbeddedChannel, _ piece: Int) {
        var rest = bytes
        while !rest.isEmpty {
            channel.pipeline.fireChannelRead(ByteBuffer(bytes: rest.prefix(piece)))
            channel.pipeline.fireChannelReadComplete()
            rest = rest.dropFirst(piece)
        }
    }

    @discardableResult
    func say(_ bytes: [UInt8], from channel: EmbeddedChannel) -> Spoken { Self.say(bytes, on: channel) }

    static func say(_ bytes: [UInt8], on channel: EmbeddedChannel) -> Spoken {
        let (promise, spoken) = (channel.eventLoop.makePromise(of: Void.self), Spoken())
        promise.futureResult.assumeIsolated().whenFailure { spoken.error = $0 }
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: promise)
        return spoken
    }

    /// Channels and their pipelines hold each other until they are closed.
    func close() {
        for channel in [client, server] { _ = try? channel.finish(acceptAlreadyClosed: true) }
    }

    /// The network is gone.
    func cut(_ channel: EmbeddedChannel) {
        channel.pipeline.fireChannelInactive()
    }
}

/// Changes one byte of all that passes, and knows what it was.
final class Damage {
    private let place: Int
    private let bits: UInt8
    private var passed = 0
    /// What was said in the direction of the changed byte, as it was meant; and where in it that is.
    private var said: [Bool: [UInt8]] = [false: [], true: []]
    private var changed: (toServer: Bool, offset: Int)?

    init(at place: Int, _ bits: UInt8) {
        (self.place, self.bits) = (place, bits)
    }

    func spoil(_ bytes: inout [UInt8], toServer: Bool) {
        defer { passed += bytes.count }
        let before = said[toServer]?.count ?? 0
        said[toServer]? += bytes
        guard passed <= place, place < passed + bytes.count else { return }
        changed = (toServer, before + place - passed)
        bytes[place - passed] ^= bits
    }

    var isDone: Bool { changed != nil }

    /// The version of a record before encryption begins says nothing and is protected by nothing (RFC 8446, section 5.1).
    var isOfNoAccount: Bool {
        guard let changed, let bytes = said[changed.toServer] else { return false }
        var start = 0
        while start + 5 <= bytes.count {
            let end = start + 5 + (Int(bytes[start + 3]) << 8) + Int(bytes[start + 4])
            if changed.offset < end { return bytes[start] != 23 && [1, 2].contains(changed.offset - start) }
            start = end
        }
        return false
    }
}

/// What became of something that was written.
final class Spoken {
    var error: (any Error)?
}

/// What came out on the plain side.
final class Witness: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var bytes: [UInt8] = []
    var errors: [any Error] = []
    var isClosed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += Array(unwrapInboundIn(data).readableBytesView)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        errors.append(error)
    }

    var failures: [TLSError] { errors.compactMap { $0 as? TLSError } }
}
