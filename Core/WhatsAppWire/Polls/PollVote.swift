import FoundationEssentials
import SwiftProtobuf

/// Votes are encrypted with a secret that came with the poll.
package struct PollVote: Sendable, Equatable {
    package enum Failure: Error, Equatable {
        /// Other JIDs than the voter used (LID and phone number are both possible), another secret, or altered.
        case notAuthentic
        case malformed
    }

    /// A poll and who votes in it. JIDs count without their device.
    package struct Context: Sendable, Equatable {
        package let secret: [UInt8]
        package let pollID: String
        package let creator: JID
        package let voter: JID

        package init(secret: [UInt8], pollID: String, creator: JID, voter: JID) {
            self.secret = secret
            self.pollID = pollID
            self.creator = creator.withoutDevice
            self.voter = voter.withoutDevice
        }

        var key: [UInt8] {
            Digest.hkdf(secret, info: "\(pollID)\(creator)\(voter)Poll Vote", count: 32)
        }

        var authenticated: [UInt8] { Array(pollID.utf8) + [0] + Array(voter.description.utf8) }
    }

    /// SHA-256 of each chosen option's name; empty withdraws the vote. Replaces the voter's earlier one.
    package let options: [[UInt8]]

    package init(options: [[UInt8]]) {
        self.options = options
    }

    package static func hash(ofOption name: String) -> [UInt8] { Digest.sha256(Array(name.utf8)) }

    /// - Parameter nonce: 12 random bytes.
    package func encrypted(in context: Context, nonce: [UInt8]) throws(Failure) -> [UInt8] {
        let vote = WAPollVoteMessage.with { $0.selectedOptions = options.map { Data($0) } }
        do {
            return try Cipher.sealGCM(
                vote.serializedBytes(), key: context.key, nonce: nonce, authenticating: context.authenticated)
        } catch { throw .malformed }
    }

    package init(decrypting payload: [UInt8], nonce: [UInt8], in context: Context) throws(Failure) {
        let plaintext: [UInt8]
        do {
            plaintext = try Cipher.openGCM(
                payload, key: context.key, nonce: nonce, authenticating: context.authenticated)
        } catch { throw .notAuthentic }
        guard let vote = try? WAPollVoteMessage(serializedBytes: plaintext),
            vote.selectedOptions.allSatisfy({ $0.count == 32 })
        else { throw .malformed }
        options = vote.selectedOptions.map(Array.init)
    }
}
