import FoundationEssentials
import SwiftProtobuf

extension SessionRecord {
    /// Secret: encrypt before storing. About 0.5 kB, 36 bytes more for every message overtaken.
    package var serialized: [UInt8] {
        let stored = WAStoredSessionRecord.with {
            if let current { $0.current = current.stored }
            $0.previous = previous.map(\.stored)
        }
        return (try? stored.serializedBytes()) ?? []
    }

    package init(serialized bytes: [UInt8]) throws(StorageError) {
        do {
            let stored = try WAStoredSessionRecord(serializedBytes: bytes)
            current = stored.hasCurrent ? try SessionState(stored.current) : nil
            previous = try stored.previous.prefix(Self.maximumPrevious).map(SessionState.init)
        } catch { throw StorageError() }
    }
}

extension SessionState {
    var stored: WAStoredSession {
        .with {
            $0.localIdentity = Data(localIdentity.bytes)
            $0.remoteIdentity = Data(remoteIdentity.bytes)
            $0.rootKey = Data(root)
            $0.previousCounter = previousCounter
            $0.sending = sending.stored
            $0.receiving = receiving.map(\.stored)
            if let pending { $0.pending = pending.stored }
            $0.remoteRegistrationID = remoteRegistrationID
            $0.baseKey = Data(baseKey.bytes)
        }
    }

    init(_ stored: WAStoredSession) throws {
        self.init(
            localIdentity: try PublicKey(stored.localIdentity), remoteIdentity: try PublicKey(stored.remoteIdentity),
            root: Array(stored.rootKey), previousCounter: stored.previousCounter,
            sending: try SendingChain(stored.sending),
            receiving: try stored.receiving.prefix(Self.maximumReceivingChains).map(ReceivingChain.init),
            pending: stored.hasPending ? try PendingPreKey(stored.pending) : nil,
            remoteRegistrationID: stored.remoteRegistrationID, baseKey: try PublicKey(stored.baseKey))
        guard root.count == 32 else { throw StorageError() }
    }
}

extension PendingPreKey {
    var stored: WAStoredPendingPreKey {
        .with {
            if let preKeyID { $0.preKeyID = preKeyID }
            $0.signedPreKeyID = signedPreKeyID
            $0.baseKey = Data(baseKey.bytes)
        }
    }

    init(_ stored: WAStoredPendingPreKey) throws(KeyError) {
        self.init(
            preKeyID: stored.hasPreKeyID ? stored.preKeyID : nil, signedPreKeyID: stored.signedPreKeyID,
            baseKey: try PublicKey(stored.baseKey))
    }
}

extension SessionState.SendingChain {
    var stored: WAStoredChain {
        .with {
            $0.ratchetPrivateKey = Data(ratchet.privateKey)
            $0.chainKey = Data(chain.key)
            $0.index = chain.index
        }
    }

    init(_ stored: WAStoredChain) throws {
        self.init(ratchet: try KeyPair(privateKey: stored.ratchetPrivateKey), chain: try ChainKey(stored))
    }
}

extension SessionState.ReceivingChain {
    var stored: WAStoredChain {
        .with {
            $0.ratchetKey = Data(ratchetKey.bytes)
            $0.chainKey = Data(chain.key)
            $0.index = chain.index
            $0.skippedIndexes = skipped.indexes
            $0.skippedSeeds = Data(skipped.joined)
        }
    }

    init(_ stored: WAStoredChain) throws {
        self.init(
            ratchetKey: try PublicKey(stored.ratchetKey), chain: try ChainKey(stored),
            skipped: try SkippedSeeds(indexes: stored.skippedIndexes, joined: stored.skippedSeeds))
    }
}

extension ChainKey {
    init(_ stored: WAStoredChain) throws(StorageError) {
        guard stored.chainKey.count == 32 else { throw StorageError() }
        self.init(key: Array(stored.chainKey), index: stored.index)
    }
}
