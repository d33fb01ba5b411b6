import FoundationEssentials
import SwiftProtobuf

extension SenderKeyRecord {
    /// Secret: encrypt before storing.
    package var serialized: [UInt8] {
        let stored = WAStoredSenderKeyRecord.with { $0.states = states.map(\.stored) }
        return (try? stored.serializedBytes()) ?? []
    }

    package init(serialized bytes: [UInt8]) throws(StorageError) {
        do {
            let stored = try WAStoredSenderKeyRecord(serializedBytes: bytes)
            states = try stored.states.prefix(Self.maximumStates).map(SenderKey.init)
        } catch { throw StorageError() }
    }
}

extension SenderKey {
    var stored: WAStoredSenderKey {
        .with {
            $0.id = id
            $0.chainKey = Data(chain.key)
            $0.iteration = chain.index
            switch signing {
            case .own(let pair): $0.signingPrivateKey = Data(pair.privateKey)
            case .other(let key): $0.signingKey = Data(key.bytes)
            }
            $0.skippedIterations = skipped.indexes
            $0.skippedSeeds = Data(skipped.joined)
        }
    }

    init(_ stored: WAStoredSenderKey) throws {
        guard stored.chainKey.count == 32 else { throw StorageError() }
        self.init(
            id: stored.id, chain: ChainKey(key: Array(stored.chainKey), index: stored.iteration),
            signing: stored.hasSigningPrivateKey
                ? .own(try KeyPair(privateKey: stored.signingPrivateKey)) : .other(try PublicKey(stored.signingKey)),
            skipped: try SkippedSeeds(indexes: stored.skippedIterations, joined: stored.skippedSeeds))
    }
}
