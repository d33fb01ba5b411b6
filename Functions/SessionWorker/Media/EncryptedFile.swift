import Conversation
import Outbound
import Synchronization
import WhatsAppWire

/// A file of ours on its way to WhatsApp: encrypted and hashed as it comes in, kept on disk because its address there holds the hash
/// of all of it, and read again as it leaves. Only ciphertext touches the disk, and only a piece is ever in memory.
final class EncryptedFile: Sendable {
    private struct State {
        var encryptor: MediaEncryptor
        /// Bytes of the plain file.
        var length = 0
        var failure: (any Error)?
    }

    private let state: Mutex<State>
    private let file: TemporaryFile
    /// Bytes of the plain file.
    private let limit: Int

    init(mediaKey: [UInt8], kind: MediaKind, limit: Int, in folders: [String]) throws {
        state = Mutex(State(encryptor: try MediaEncryptor(mediaKey: mediaKey, kind: kind)))
        file = try TemporaryFile(in: folders)
        self.limit = limit
    }

    /// - Returns: false when no more is taken; `finish` says why.
    @discardableResult
    func take(_ piece: [UInt8]) -> Bool {
        state.withLock { state in
            guard state.failure == nil else { return false }
            do {
                state.length += piece.count
                guard state.length <= limit else { throw MediaError.tooLarge(limit: limit) }
                try file.append(try state.encryptor.update(piece))
                return true
            } catch {
                state.failure = error
                return false
            }
        }
    }

    /// Why no more was taken.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// Once, after the last piece.
    func finish() throws -> MediaDigest {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            guard state.length > 0 else { throw FileError.notFound }
            let (tail, digest) = try state.encryptor.finish()
            try file.append(tail)
            return digest
        }
    }

    /// To be sent after `finish`, as often as there are servers to try.
    var upload: OutboundUpload {
        OutboundUpload(length: file.length) { [file] offset, most in try? file.read(at: offset, most: most) }
    }
}
