import FoundationEssentials
import SwiftProtobuf

/// The keys a companion makes before pairing and keeps until it is unlinked. Persist before connecting to pair.
package struct Credentials: Sendable, Equatable {
    package let noiseKey: KeyPair
    package let identityKey: KeyPair
    package let signedPreKey: SignedPreKey
    package let registrationID: UInt32
    /// 32 bytes shown in the QR code: whoever saw it may link this device. The phone-number code replaces it.
    package var advSecret: [UInt8]

    package init(
        noiseKey: KeyPair, identityKey: KeyPair, signedPreKey: SignedPreKey, registrationID: UInt32, advSecret: [UInt8]
    ) {
        self.noiseKey = noiseKey
        self.identityKey = identityKey
        self.signedPreKey = signedPreKey
        self.registrationID = registrationID
        self.advSecret = advSecret
    }

    package static func generate(using random: inout some RandomNumberGenerator) -> Credentials {
        let identity = KeyPair.generate(using: &random)
        return Credentials(
            noiseKey: .generate(using: &random), identityKey: identity,
            signedPreKey: .generate(id: 1, identity: identity, using: &random),
            // 14 bits, never 0, as libsignal does.
            registrationID: UInt32.random(in: 1...0x3FFF, using: &random), advSecret: random.bytes(32))
    }
}

extension Credentials {
    /// Secret: encrypt before storing.
    package var serialized: [UInt8] {
        let stored = WAStoredCredentials.with {
            $0.noisePrivateKey = Data(noiseKey.privateKey)
            $0.identityPrivateKey = Data(identityKey.privateKey)
            $0.signedPreKey = signedPreKey.stored
            $0.registrationID = registrationID
            $0.advSecret = Data(advSecret)
        }
        return (try? stored.serializedBytes()) ?? []
    }

    package init(serialized bytes: [UInt8]) throws(StorageError) {
        do {
            let stored = try WAStoredCredentials(serializedBytes: bytes)
            guard stored.advSecret.count == 32 else { throw StorageError() }
            self.init(
                noiseKey: try KeyPair(privateKey: stored.noisePrivateKey),
                identityKey: try KeyPair(privateKey: stored.identityPrivateKey),
                signedPreKey: try SignedPreKey(stored.signedPreKey), registrationID: stored.registrationID,
                advSecret: Array(stored.advSecret))
        } catch { throw StorageError() }
    }
}

/// Stored bytes that are not what we wrote: damaged, or opened with the wrong key.
package struct StorageError: Error, Equatable {}
