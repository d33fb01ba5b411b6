import Foundation
import Support
import Testing
import WhatsAppServer
import WhatsAppWire

/// The connection breaks after every byte of the handshake, and after bytes of the login that a seed chooses: the next login
/// works, and what waited comes.
///
/// CUT_STRIDE (default 1) leaves bytes of the handshake out, CUT_BYTES (default 40) is how many of the rest are tried, CUT_SEED
/// repeats a choice.
@Suite(.timeLimit(.minutes(20))) struct ByteSweepTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let stride = variables["CUT_STRIDE"].flatMap { Int($0) } ?? 1
    private static let rest = variables["CUT_BYTES"].flatMap { Int($0) } ?? 40
    private static let seed = variables["CUT_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...999_999)

    @Test(arguments: [Fault.Direction.received, .sent])
    func aCutAtAnyByteLosesNothing(direction: Fault.Direction) async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let ana = try await server.contact("15552223333")
            let id = try await ana.send("still there?", to: line)
            _ = try await client.message { $0.message.id == id }
            await client.set(answersMessages: false)
            let waiting = try await ana.send("now?", to: line)
            await client.disconnect()
            try await client.logIn(keys: 0)
            let positions = Self.positions(await client.traffic, direction)
            var cuts = 0
            for bytes in positions {
                await client.disconnect()
                await server.clearFaults()
                await server.inject(Fault(.cutAfterBytes, direction: direction, bytes: bytes))
                do { try await client.logIn(keys: 0) } catch is MirrorClient.Closed { cuts += 1 }
            }
            print("\(direction.rawValue): CUT_SEED=\(Self.seed), cut \(cuts) of \(positions.count) logins")
            // Lengths vary by a few bytes with the time and the ids.
            #expect(cuts > 150 / Self.stride && cuts * 20 >= positions.count * 19)
            await server.clearFaults()
            await client.disconnect()
            await client.set(answersMessages: true)
            try await client.logIn(keys: 0)
            let got = try await client.message { $0.message.id == waiting && $0.content != nil }
            #expect(got.content?.body == .text("now?"))
            try await server.untilNothingWaits(for: line)
        }
    }

    /// Of one uncut login: every byte of its handshake, and some of what follows.
    private static func positions(_ traffic: MirrorClient.Traffic, _ direction: Fault.Direction) -> [Int] {
        let handshake = direction == .received ? traffic.handshake.written : traffic.handshake.read
        let total = direction == .received ? traffic.written : traffic.read
        var dice = SeededGenerator(seed: seed)
        let others = (0..<rest).map { _ in Int.random(in: handshake + 1..<max(total, handshake + 2), using: &dice) }
        return Array(Swift.stride(from: 1, through: handshake, by: stride)) + others
    }
}
