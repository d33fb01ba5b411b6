import Support
import Testing

@testable import WhatsAppWire

@Suite struct XEdDSATests {
    struct File: Decodable {
        struct Vector: Decodable {
            let priv: Hex
            let pub: Hex
            let message: Hex
            let random64: Hex
            let signature: Hex
            let edwardsSignBitSet: Bool
        }
        let vectors: [Vector]
    }

    @Test func signsAndVerifiesAsTheVectorsDo() throws {
        let vectors = try Vectors.load("xeddsa.json", as: File.self).vectors
        #expect(Set(vectors.map(\.edwardsSignBitSet)) == [true, false])
        for vector in vectors {
            let pair = try KeyPair(privateKey: vector.priv.bytes)
            #expect(pair.publicKey.bytes == vector.pub.bytes)
            #expect(pair.privateKey == vector.priv.bytes)
            let signature = XEdDSA.sign(vector.message.bytes, with: pair, random: vector.random64.bytes)
            #expect(signature == vector.signature.bytes)
            #expect(pair.publicKey.verifies(signature, of: vector.message.bytes))
            #expect(signature[63] & 0x80 == (vector.edwardsSignBitSet ? 0x80 : 0))
        }
    }

    @Test func refusesEveryFlippedBit() throws {
        for vector in try Vectors.load("xeddsa.json", as: File.self).vectors {
            let key = try PublicKey(vector.pub.bytes)
            for index in Array(stride(from: 0, to: 512, by: 5)) + [511] {
                var signature = vector.signature.bytes
                signature[index / 8] ^= 1 << UInt8(index % 8)
                #expect(!key.verifies(signature, of: vector.message.bytes), "bit \(index)")
            }
            #expect(!key.verifies(vector.signature.bytes, of: vector.message.bytes + [0]))
            #expect(!key.verifies(vector.signature.bytes.dropLast(), of: vector.message.bytes))
            #expect(!key.verifies([], of: vector.message.bytes))
        }
    }

    @Test func refusesKeysOfSmallOrder() throws {
        let signature = [UInt8](repeating: 0, count: 64)
        for first: UInt8 in [0, 1] {
            let key = try PublicKey([first] + [UInt8](repeating: 0, count: 31))
            #expect(!key.verifies(signature, of: []))
            let pair = KeyPair.generate(using: &Self.random)
            #expect(throws: KeyError.weak) { try pair.sharedSecret(with: key) }
        }
    }

    @Test func anySeedRoundTrips() throws {
        for seed: UInt64 in 1...20 {
            var random = SeededGenerator(seed: seed)
            let pair = KeyPair.generate(using: &random)
            let message = random.bytes(Int(seed) * 7)
            #expect(pair.publicKey.verifies(pair.sign(message, using: &random), of: message), "seed \(seed)")
        }
    }

    @Test func aKeyPairNeverShowsItsSecret() {
        let pair = KeyPair.generate(using: &Self.random)
        var dumped = ""
        dump(pair, to: &dumped)
        for text in ["\(pair)", String(reflecting: pair), dumped] {
            #expect(!text.contains("privateKey"))
            #expect(!text.contains("\(pair.privateKey[0]), \(pair.privateKey[1])"))
        }
    }

    private static var random: SeededGenerator {
        get { SeededGenerator(seed: 7) }
        set {}
    }
}
