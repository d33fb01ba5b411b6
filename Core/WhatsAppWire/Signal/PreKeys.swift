import FoundationEssentials
import SwiftProtobuf

/// A key others start sessions with; signed by the identity. Kept as long as the credentials.
package struct SignedPreKey: Sendable, Equatable {
    package let id: UInt32
    package let key: KeyPair
    /// By the identity over `05` and the public key.
    package let signature: [UInt8]

    package init(id: UInt32, key: KeyPair, signature: [UInt8]) {
        self.id = id
        self.key = key
        self.signature = signature
    }

    package static func generate(
        id: UInt32, identity: KeyPair, using random: inout some RandomNumberGenerator
    ) -> SignedPreKey {
        let key = KeyPair.generate(using: &random)
        return SignedPreKey(id: id, key: key, signature: identity.sign(key.publicKey.typed, using: &random))
    }

    package struct Public: Sendable, Equatable {
        package let id: UInt32
        package let key: PublicKey
        package let signature: [UInt8]

        package init(id: UInt32, key: PublicKey, signature: [UInt8]) {
            self.id = id
            self.key = key
            self.signature = signature
        }

        package func isSigned(by identity: PublicKey) -> Bool {
            identity.verifies(signature, of: key.typed)
        }
    }

    package var published: Public { Public(id: id, key: key.publicKey, signature: signature) }

    var stored: WAStoredSignedPreKey {
        .with {
            $0.id = id
            $0.privateKey = Data(key.privateKey)
            $0.signature = Data(signature)
        }
    }

    init(_ stored: WAStoredSignedPreKey) throws(KeyError) {
        self.init(id: stored.id, key: try KeyPair(privateKey: stored.privateKey), signature: Array(stored.signature))
    }
}

/// A key for one session only. Delete it in the transaction that stores the session it opened.
package struct PreKey: Sendable, Equatable {
    package struct Public: Sendable, Equatable {
        package let id: UInt32
        package let key: PublicKey

        package init(id: UInt32, key: PublicKey) {
            self.id = id
            self.key = key
        }
    }

    package let id: UInt32
    package let key: KeyPair

    package init(id: UInt32, key: KeyPair) {
        self.id = id
        self.key = key
    }

    package var published: Public { Public(id: id, key: key.publicKey) }

    /// Ids have 24 bits, start at 1 and wrap to 1.
    package static let maximumID: UInt32 = 0xFF_FFFF

    /// `count` keys from `first` on, and the id to continue with. Persist that id before uploading any of them.
    package static func generate(
        _ count: Int, from first: UInt32, using random: inout some RandomNumberGenerator
    ) -> (keys: [PreKey], next: UInt32) {
        var id = (1...maximumID).contains(first) ? first : 1
        var keys: [PreKey] = []
        for _ in 0..<count {
            keys.append(PreKey(id: id, key: .generate(using: &random)))
            id = id == maximumID ? 1 : id + 1
        }
        return (keys, id)
    }
}

/// What the server hands out for starting a session with a device.
package struct PreKeyBundle: Sendable, Equatable {
    package let registrationID: UInt32
    package let identity: PublicKey
    package let signedPreKey: SignedPreKey.Public
    /// Absent when the device has run out of them.
    package let preKey: PreKey.Public?

    package init(
        registrationID: UInt32, identity: PublicKey, signedPreKey: SignedPreKey.Public, preKey: PreKey.Public?
    ) {
        self.registrationID = registrationID
        self.identity = identity
        self.signedPreKey = signedPreKey
        self.preKey = preKey
    }
}
