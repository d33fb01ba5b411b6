import Conversation
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// A message that does not open is asked for again, a few times.
struct RetryRequester: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let preKeys: PreKeySupply
    let faults: FaultPoints
    let log: LineLog

    /// Counted before it is asked for, so that a crash can't make the asking endless.
    func failed(_ message: IncomingMessage, _ failure: SignalError, earlier: Int) async throws -> ReceivingResult {
        switch RetryDecision.outcome(for: failure, earlier: earlier) {
        case .alreadyProcessed: return ReceivingResult()
        case .refuse(let refusal): return ReceivingResult(outcome: .refused(refusal))
        case .giveUp:
            log.note("a message never opened", ["why": "\(failure)"])
            return ReceivingResult(outcome: .givenUp)
        case .ask(let count, let withKeys):
            let counted = Query.countRetry(of: message.id, on: database.line, at: database.now)
            let (keys, queries) = withKeys ? try freshKeys() : (nil, [])
            try await database.commit([counted] + queries)
            faults.reach(.lineRetryStored)
            return ReceivingResult(
                outcome: .retry(
                    RetryRequest(
                        messageID: message.id, count: count, timestamp: message.timestamp,
                        registrationID: own.credentials.registrationID, keys: keys)))
        }
    }

    /// A one-time key for whoever we ask.
    private func freshKeys() throws -> (RetryRequest.Keys?, [Query]) {
        let (made, queries) = try preKeys.make(1)
        let credentials = own.credentials
        let keys = RetryRequest.Keys(
            identity: credentials.identityKey.publicKey, preKey: made.first?.published,
            signedPreKey: credentials.signedPreKey.published, deviceIdentity: own.account?.signedIdentity)
        return (keys, queries)
    }
}
