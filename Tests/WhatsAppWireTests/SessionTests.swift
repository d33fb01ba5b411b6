import FoundationEssentials
import Support
import Testing

@testable import WhatsAppWire

@Suite struct SessionTests {
    /// Two devices and their randomness.
    struct World {
        var alice: SignalDevice
        var bob: SignalDevice
        var random: SeededGenerator

        init(seed: UInt64, withPreKey: Bool = true) throws {
            random = SeededGenerator(seed: seed)
            alice = SignalDevice(
                address: SignalAddress(name: "a", device: 0), identity: .generate(using: &random),
                registrationID: 1, using: &random)
            bob = SignalDevice(
                address: SignalAddress(name: "b", device: 0), identity: .generate(using: &random),
                registrationID: 2, using: &random)
            let bundle = bob.bundle(withPreKey: withPreKey, using: &random)
            try alice.initiate(with: bob.address, bundle: bundle, using: &random)
        }

        mutating func toBob(_ text: String) throws -> EncryptedMessage {
            try alice.encrypt(Array(text.utf8), for: bob.address)
        }

        mutating func toAlice(_ text: String) throws -> EncryptedMessage {
            try bob.encrypt(Array(text.utf8), for: alice.address)
        }

        mutating func bobReads(_ message: EncryptedMessage) throws -> String {
            String(decoding: try bob.decrypt(message, from: alice.address, using: &random), as: UTF8.self)
        }

        mutating func aliceReads(_ message: EncryptedMessage) throws -> String {
            String(decoding: try alice.decrypt(message, from: bob.address, using: &random), as: UTF8.self)
        }
    }

    @Test(arguments: [true, false])
    func aConversation(withPreKey: Bool) throws {
        var world = try World(seed: 1, withPreKey: withPreKey)
        let first = try world.toBob("one")
        #expect(first.kind == .preKeyMessage)
        #expect(try PreKeySignalMessage(first.bytes).preKeyID == (withPreKey ? 1 : nil))
        #expect(try world.bobReads(first) == "one")
        #expect(world.bob.preKeys.isEmpty)
        let reply = try world.toAlice("two")
        #expect(reply.kind == .message)
        #expect(try world.aliceReads(reply) == "two")
        #expect(try world.toBob("three").kind == .message)
    }

    @Test func anyOrderOverManyTurns() throws {
        for seed in Fuzz.seeds.prefix(60) {
            var world = try World(seed: seed)
            _ = try world.bobReads(world.toBob("hello"))
            var waiting: [(Bool, String, EncryptedMessage)] = []
            for turn in 0..<30 {
                let fromAlice = Bool.random(using: &world.random)
                let text = "turn \(turn)"
                waiting.append((fromAlice, text, fromAlice ? try world.toBob(text) : try world.toAlice(text)))
                guard Bool.random(using: &world.random) else { continue }
                let (isAlices, expected, message) = waiting.remove(
                    at: Int.random(in: 0..<waiting.count, using: &world.random))
                #expect(
                    try (isAlices ? world.bobReads(message) : world.aliceReads(message)) == expected, "seed \(seed)")
            }
        }
    }

    @Test func aRepeatIsADuplicateAndChangesNothing() throws {
        var world = try World(seed: 2)
        let first = try world.toBob("one")
        _ = try world.bobReads(first)
        let before = world.bob.sessions
        #expect(throws: SignalError.duplicate) { try world.bobReads(first) }
        #expect(world.bob.sessions == before)
        _ = try world.aliceReads(world.toAlice("two"))
        let later = try world.toBob("three")
        _ = try world.bobReads(later)
        #expect(throws: SignalError.duplicate) { try world.bobReads(later) }
        #expect(throws: SignalError.duplicate) { try world.bobReads(first) }
    }

    @Test func alteredMessagesAreRefusedAndChangeNothing() throws {
        var world = try World(seed: 3)
        _ = try world.bobReads(world.toBob("one"))
        _ = try world.aliceReads(world.toAlice("two"))
        let message = try world.toBob("three")
        let before = world.bob.sessions
        for index in message.bytes.indices {
            var bytes = message.bytes
            bytes[index] ^= 1
            #expect(throws: SignalError.self, "byte \(index)") {
                try world.bobReads(EncryptedMessage(kind: .message, bytes: bytes))
            }
        }
        for length in 0..<message.bytes.count {
            #expect(throws: SignalError.self) {
                try world.bobReads(EncryptedMessage(kind: .message, bytes: Array(message.bytes.prefix(length))))
            }
        }
        #expect(world.bob.sessions == before)
        #expect(try world.bobReads(message) == "three")
    }

    @Test func aWrongMACSaysSo() throws {
        var world = try World(seed: 4)
        _ = try world.bobReads(world.toBob("one"))
        _ = try world.aliceReads(world.toAlice("two"))
        var bytes = try world.toBob("three").bytes
        bytes[bytes.count - 1] ^= 1
        #expect(throws: SignalError.badMAC) { try world.bobReads(EncryptedMessage(kind: .message, bytes: bytes)) }
        bytes[0] = 0x44
        #expect(throws: SignalError.unsupportedVersion(4)) {
            try world.bobReads(EncryptedMessage(kind: .message, bytes: bytes))
        }
    }

    @Test func aGapTooWideIsRefused() throws {
        var world = try World(seed: 5)
        _ = try world.bobReads(world.toBob("one"))
        _ = try world.aliceReads(world.toAlice("two"))
        var last = try world.toBob("0")
        for _ in 0..<SkippedSeeds.maximum { last = try world.toBob("x") }
        #expect(try world.bobReads(last) == "x")
        for _ in 0...SkippedSeeds.maximum + 1 { last = try world.toBob("y") }
        #expect(throws: SignalError.tooFarAhead(4002)) { try world.bobReads(last) }
        let record = try #require(world.bob.sessions[world.alice.address])
        #expect(record.current?.receiving.first?.skipped.indexes.count == SkippedSeeds.maximum)
        #expect(try SessionRecord(serialized: record.serialized) == record)
        #expect(record.serialized.count < 80_000)
    }

    @Test func aBundleWithAForgedSignatureIsRefused() throws {
        var world = try World(seed: 6)
        let bundle = world.bob.bundle(using: &world.random)
        var signature = bundle.signedPreKey.signature
        signature[3] ^= 1
        let forged = PreKeyBundle(
            registrationID: 2, identity: bundle.identity,
            signedPreKey: .init(id: 1, key: bundle.signedPreKey.key, signature: signature), preKey: nil)
        let before = world.alice.sessions
        #expect(throws: SignalError.badSignature) {
            try world.alice.initiate(with: world.bob.address, bundle: forged, using: &world.random)
        }
        #expect(world.alice.sessions == before)
    }

    @Test func unknownKeysAreNamed() throws {
        var world = try World(seed: 7)
        let message = try PreKeySignalMessage(world.toBob("one").bytes)
        var record = SessionRecord()
        let identity = world.bob.identity
        #expect(throws: SignalError.unknownPreKey(1)) {
            try record.decrypt(
                message, identity: identity,
                keys: AvailablePreKeys(signed: world.bob.signedPreKey, oneTime: nil), using: &world.random)
        }
        #expect(throws: SignalError.unknownSignedPreKey(1)) {
            try record.decrypt(
                message, identity: identity, keys: AvailablePreKeys(signed: nil, oneTime: nil),
                using: &world.random)
        }
        #expect(record.isEmpty)
        #expect(throws: SignalError.noSession) { try record.encrypt([1], registrationID: 1) }
        #expect(throws: SignalError.noSession) { try record.decrypt(message.message.bytes, using: &world.random) }
    }

    @Test func messagesOfAnOldSessionStillOpenAndBringItBack() throws {
        var world = try World(seed: 8)
        _ = try world.bobReads(world.toBob("one"))
        _ = try world.aliceReads(world.toAlice("two"))
        let late = try world.toBob("late")
        // Alice starts anew; Bob follows, then the late message arrives.
        let bundle = world.bob.bundle(using: &world.random)
        try world.alice.initiate(with: world.bob.address, bundle: bundle, using: &world.random)
        #expect(try world.bobReads(world.toBob("new")) == "new")
        #expect(world.bob.sessions[world.alice.address]?.previous.count == 1)
        #expect(try world.bobReads(late) == "late")
    }

    @Test func oldStatesAreBounded() throws {
        var world = try World(seed: 9)
        for _ in 0..<SessionRecord.maximumPrevious + 10 {
            let bundle = world.bob.bundle(using: &world.random)
            try world.alice.initiate(with: world.bob.address, bundle: bundle, using: &world.random)
        }
        let record = try #require(world.alice.sessions[world.bob.address])
        #expect(record.previous.count == SessionRecord.maximumPrevious)
        #expect(try SessionRecord(serialized: record.serialized) == record)
        #expect(throws: StorageError.self) { try SessionRecord(serialized: [0xFF]) }
    }

    @Test func identitiesChange() {
        var random = SeededGenerator(seed: 1)
        let one = KeyPair.generate(using: &random).publicKey
        let two = KeyPair.generate(using: &random).publicKey
        #expect(IdentityCheck(stored: nil, presented: one) == .new)
        #expect(IdentityCheck(stored: one, presented: one) == .unchanged)
        #expect(IdentityCheck(stored: one, presented: two) == .changed(from: one))
    }

    @Test func paddingIsCheckedWhole() throws {
        for seed in Fuzz.seeds.prefix(50) {
            var random = SeededGenerator(seed: seed)
            let text = random.bytes(Int(seed % 40))
            let padded = MessagePadding.add(to: text, using: &random)
            #expect((1...16).contains(padded.count - text.count))
            #expect(try MessagePadding.strip(padded) == text)
        }
        for bad: [UInt8] in [[], [0], [2], [1, 2], [3, 2, 2, 3], [17] + [UInt8](repeating: 17, count: 17)] {
            #expect(throws: SignalError.badPadding) { try MessagePadding.strip(bad) }
        }
    }

    @Test func preKeyIDsWrapToOne() {
        var random = SeededGenerator(seed: 1)
        let (keys, next) = PreKey.generate(3, from: PreKey.maximumID - 1, using: &random)
        #expect(keys.map(\.id) == [PreKey.maximumID - 1, PreKey.maximumID, 1])
        #expect(next == 2)
        #expect(PreKey.generate(1, from: 0, using: &random).keys.first?.id == 1)
    }

    @Test func howFast() throws {
        var world = try World(seed: 10)
        _ = try world.bobReads(world.toBob("one"))
        let text = String(repeating: "x", count: 100)
        let clock = ContinuousClock()
        let count = 200
        let time = try clock.measure {
            for _ in 0..<count / 2 {
                _ = try world.aliceReads(world.toAlice(text))
                _ = try world.bobReads(world.toBob(text))
            }
        }
        print("1:1 messages encrypted and decrypted per second:", Int(Double(count) / (time / .seconds(1))))
    }
}
