import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// A message that does not open is asked for again, a few times (protocol sheet, section 12.2).
extension Session {
    /// Counted before it is asked for, so that a crash can't make the asking endless.
    func failed(_ message: IncomingMessage, _ failure: SignalError, earlier: Int) async throws -> Received {
        switch RetryDecision.outcome(for: failure, earlier: earlier) {
        case .alreadyProcessed: return Received()
        case .refuse(let refusal): return Received(outcome: .refused(refusal))
        case .giveUp:
            environment.log.note("a message never opened", fields.merging(["why": "\(failure)"]) { $1 })
            return Received(outcome: .givenUp)
        case .ask(let count, let withKeys):
            var queries: [Query] = [.countRetry(of: message.id, on: line, at: now)]
            let keys = withKeys ? try retryKeys(&queries) : nil
            try await commit(queries)
            environment.faults.reach(.lineRetryStored)
            return Received(
                outcome: .retry(
                    RetryRequest(
                        messageID: message.id, count: count, timestamp: message.timestamp,
                        registrationID: credentials.registrationID, keys: keys)))
        }
    }

    /// A fresh one-time key for whoever we ask.
    private func retryKeys(_ queries: inout [Query]) throws -> RetryRequest.Keys {
        var random = SystemRandomNumberGenerator()
        let (made, next) = PreKey.generate(1, from: nextPreKey, using: &random)
        nextPreKey = next
        queries +=
            try keys.store(Dictionary(uniqueKeysWithValues: made.map { ($0.storageKey, $0.key.privateKey) }), at: now)
            + [.setNextPreKey(line, Int(next))]
        return RetryRequest.Keys(
            identity: credentials.identityKey.publicKey, preKey: made.first?.published,
            signedPreKey: credentials.signedPreKey.published, deviceIdentity: account?.signedIdentity)
    }
}
