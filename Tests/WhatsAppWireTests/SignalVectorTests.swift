import Support
import Testing

@testable import WhatsAppWire

@Suite struct SignalVectorTests {
    typealias Pair = NoiseTests.Pair

    struct SessionFile: Decodable {
        struct Alice: Decodable {
            let identity: Pair
            let registrationId: UInt32
            let baseKey, ratchetKey: Pair
        }
        struct Bob: Decodable {
            let identity: Pair
            let registrationId, signedPreKeyId, preKeyId: UInt32
            let signedPreKey, preKey: Pair
            let signedPreKeySignature: Hex
        }
        struct First: Decodable { let seed, cipherKey, macKey, iv, plaintext, pkmsg: Hex }
        struct Second: Decodable { let plaintext, pkmsg: Hex }
        let alice: Alice
        let bob: Bob
        let masterSecret, rootKey0, chainKey0_unusedByAlice, rootKey1, aliceSendingChainKey0: Hex
        let message0: First
        let message1: Second

        func bundle() throws -> PreKeyBundle {
            PreKeyBundle(
                registrationID: bob.registrationId, identity: try PublicKey(bob.identity.pub.bytes),
                signedPreKey: .init(
                    id: bob.signedPreKeyId, key: try PublicKey(bob.signedPreKey.pub.bytes),
                    signature: bob.signedPreKeySignature.bytes),
                preKey: .init(id: bob.preKeyId, key: try PublicKey(bob.preKey.pub.bytes)))
        }
    }

    @Test func theSideThatStarts() throws {
        let file = try Vectors.load("signal-session.json", as: SessionFile.self)
        var record = SessionRecord()
        record.adopt(
            try .initiate(
                from: file.alice.identity.keyPair(), to: file.bundle(), baseKey: file.alice.baseKey.keyPair(),
                ratchet: file.alice.ratchetKey.keyPair()))
        let session = try #require(record.current)
        let first = RootStep(master: file.masterSecret.bytes)
        #expect(first.root == file.rootKey0.bytes)
        #expect(session.receiving.first?.chain.key == file.chainKey0_unusedByAlice.bytes)
        #expect(session.root == file.rootKey1.bytes)
        #expect(session.sending.chain.key == file.aliceSendingChainKey0.bytes)
        #expect(session.sending.chain.seed == file.message0.seed.bytes)
        let keys = MessageKeys(seed: session.sending.chain.seed)
        #expect(keys.cipherKey == file.message0.cipherKey.bytes)
        #expect(keys.macKey == file.message0.macKey.bytes)
        #expect(keys.iv == file.message0.iv.bytes)
        let id = file.alice.registrationId
        let messages = try [file.message0.plaintext, file.message1.plaintext].map {
            try record.encrypt($0.bytes, registrationID: id)
        }
        #expect(messages.map(\.kind) == [.preKeyMessage, .preKeyMessage])
        #expect(messages.map(\.bytes) == [file.message0.pkmsg.bytes, file.message1.pkmsg.bytes])
    }

    @Test func theSideThatAnswers() throws {
        let file = try Vectors.load("signal-session.json", as: SessionFile.self)
        let bob = file.bob
        let signed = SignedPreKey(
            id: bob.signedPreKeyId, key: try bob.signedPreKey.keyPair(), signature: bob.signedPreKeySignature.bytes)
        let oneTime = PreKey(id: bob.preKeyId, key: try bob.preKey.keyPair())
        var random = SeededGenerator(seed: 1)
        // In either order: the second message opens the session just as well.
        for order in [[file.message0.pkmsg, file.message1.pkmsg], [file.message1.pkmsg, file.message0.pkmsg]] {
            var record = SessionRecord()
            var texts: [[UInt8]] = []
            var used: [UInt32?] = []
            for message in order {
                let (text, id) = try record.decrypt(
                    try PreKeySignalMessage(message.bytes), identity: bob.identity.keyPair(),
                    keys: AvailablePreKeys(signed: signed, oneTime: used.isEmpty ? oneTime : nil), using: &random)
                texts.append(text)
                used.append(id)
            }
            #expect(Set(texts) == [file.message0.plaintext.bytes, file.message1.plaintext.bytes])
            #expect(used == [bob.preKeyId, nil])
            #expect(record.remoteRegistrationID == file.alice.registrationId)
        }
    }

    struct SenderKeyFile: Decodable {
        struct Message: Decodable {
            let iteration: UInt32
            let chainKey, seed, iv, cipherKey, plaintext, random64, skmsg: Hex
        }
        let keyId: UInt32
        let chainKey0: Hex
        let signingKey: Pair
        let skdm: Hex
        let messages: [Message]
    }

    @Test func groupMessagesAsTheVectorsHaveThem() throws {
        let file = try Vectors.load("sender-key.json", as: SenderKeyFile.self)
        var sender = SenderKeyRecord()
        sender.states = [
            SenderKey(
                id: file.keyId, chain: ChainKey(key: file.chainKey0.bytes, index: 0),
                signing: .own(try file.signingKey.keyPair()))
        ]
        #expect(sender.distribution?.bytes == file.skdm.bytes)
        var receiver = SenderKeyRecord()
        receiver.process(try SenderKeyDistribution(file.skdm.bytes))
        #expect(!file.messages.isEmpty)
        for message in file.messages {
            let chain = try #require(sender.states.first).chain
            #expect(chain == ChainKey(key: message.chainKey.bytes, index: message.iteration))
            #expect(chain.seed == message.seed.bytes)
            let keys = SenderMessageKeys(seed: chain.seed)
            #expect(keys.iv == message.iv.bytes)
            #expect(keys.cipherKey == message.cipherKey.bytes)
            var random = ScriptedGenerator(message.random64.bytes)
            #expect(try sender.encrypt(message.plaintext.bytes, using: &random).bytes == message.skmsg.bytes)
            #expect(try receiver.decrypt(message.skmsg.bytes) == message.plaintext.bytes)
        }
    }
}
