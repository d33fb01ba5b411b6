import Support
import Testing

@testable import WhatsAppWire

@Suite struct SenderKeyTests {
    struct World {
        var random: SeededGenerator
        var sender = SenderKeyRecord()
        var receiver = SenderKeyRecord()

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            receiver.process(sender.create(using: &random))
        }

        mutating func send(_ text: [UInt8]) throws -> [UInt8] {
            try sender.encrypt(text, using: &random).bytes
        }
    }

    @Test func anyOrderAndGaps() throws {
        var world = World(seed: 1)
        var messages = try (0..<20).map { try world.send([UInt8($0)]) }
        messages.removeLast(3)
        for (index, bytes) in messages.enumerated().reversed() where index % 2 == 0 {
            #expect(try world.receiver.decrypt(bytes) == [UInt8(index)])
            #expect(throws: SignalError.duplicate) { try world.receiver.decrypt(bytes) }
        }
        #expect(try SenderKeyRecord(serialized: world.receiver.serialized) == world.receiver)
        #expect(try SenderKeyRecord(serialized: world.sender.serialized) == world.sender)
        #expect(try world.receiver.decrypt(messages[1]) == [1])
    }

    @Test func alteredMessagesAreRefusedAndChangeNothing() throws {
        var world = World(seed: 2)
        let bytes = try world.send([7])
        let before = world.receiver
        var signature = bytes
        signature[bytes.count - 1] ^= 1
        #expect(throws: SignalError.badSignature) { try world.receiver.decrypt(signature) }
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 1
            #expect(throws: SignalError.self, "byte \(index)") { try world.receiver.decrypt(altered) }
        }
        for length in bytes.indices {
            #expect(throws: SignalError.self) { try world.receiver.decrypt(Array(bytes.prefix(length))) }
        }
        #expect(world.receiver == before)
    }

    @Test func anotherKeyTooFarAheadOrNone() throws {
        var world = World(seed: 3)
        var stranger = SenderKeyRecord()
        let distribution = stranger.create(using: &world.random)
        #expect(throws: SignalError.noSenderKey) {
            try world.receiver.decrypt(
                try stranger.encrypt([1], using: &world.random).bytes)
        }
        #expect(try SenderKeyDistribution(distribution.bytes) == distribution)
        #expect(throws: SignalError.malformed) { try SenderKeyDistribution([0x33, 1]) }
        var last = try world.send([0])
        for _ in 0...SkippedSeeds.maximum { last = try world.send([1]) }
        #expect(throws: SignalError.tooFarAhead(2001)) { try world.receiver.decrypt(last) }
        #expect(throws: SignalError.noSenderKey) { try world.receiver.encrypt([1], using: &world.random) }
        #expect(world.receiver.distribution == nil)
    }

    @Test func aRepeatedDistributionDoesNotSetTheChainBack() throws {
        var world = World(seed: 4)
        let early = try #require(world.sender.distribution)
        let bytes = try world.send([1])
        _ = try world.receiver.decrypt(bytes)
        world.receiver.process(early)
        #expect(throws: SignalError.duplicate) { try world.receiver.decrypt(bytes) }
    }

    @Test func statesAreBoundedAndOldOnesStillRead() throws {
        var world = World(seed: 5)
        let old = try world.send([1])
        for count in 1...SenderKeyRecord.maximumStates {
            if count == SenderKeyRecord.maximumStates { #expect(try world.receiver.decrypt(old) == [1]) }
            world.receiver.process(world.sender.create(using: &world.random))
        }
        #expect(world.receiver.states.count == SenderKeyRecord.maximumStates)
        #expect(try world.receiver.decrypt(try world.send([9])) == [9])
        #expect(throws: SignalError.noSenderKey) { try world.receiver.decrypt(old) }
    }
}
