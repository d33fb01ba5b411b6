import Glibc

/// The commit points of the road: between any two of them a process may die, and nothing is lost, doubled or said over a
/// person. The crash test kills real processes at each.
package enum FaultPoint: String, Sendable, CaseIterable {
    /// The message is stored; the provider has no answer and no runner was woken.
    case inboxStored = "inbox.stored"
    case jobClaimed = "job.claimed"
    /// Decided, not committed.
    case turnDeciding = "turn.deciding"
    case turnDecided = "turn.decided"
    case turnComposed = "turn.composed"
    /// The reply is to be queued, not committed.
    case turnReplying = "turn.replying"
    case turnReplied = "turn.replied"
    /// To be marked as sending, not committed.
    case outboxMarking = "outbox.marking"
    case outboxMarked = "outbox.marked"
    /// The provider has taken the message; we have not written it down.
    case outboxSent = "outbox.sent"
    case outboxRecorded = "outbox.recorded"
    /// The work is done, the job is not finished.
    case jobWorked = "job.worked"
    case jobFinished = "job.finished"
    case statusStored = "status.stored"

    // The same for the process that holds WhatsApp Web lines.
    /// Keys are stored, nobody has seen them yet.
    case lineCredentials = "line.credentials"
    /// The phone is linked; the server does not know that we know.
    case linePaired = "line.paired"
    /// One-time keys are stored, not uploaded.
    case lineKeysStored = "line.keys_stored"
    case lineKeysUploaded = "line.keys_uploaded"
    /// The ratchet step and its message are stored; the server has no receipt.
    case lineReceived = "line.received"
    case lineReceipted = "line.receipted"
    /// A retry is counted, not asked for.
    case lineRetryStored = "line.retry_stored"
    /// The message is encrypted and its ratchet step stored; the socket has not seen it.
    case lineEncrypted = "line.encrypted"
    /// It is on the socket; nobody has acknowledged it.
    case lineWritten = "line.written"
    case lineAcknowledged = "line.acknowledged"
}

/// What happens at a commit point: nothing in production.
package struct FaultPoints: Sendable {
    package var reach: @Sendable (FaultPoint) -> Void

    package init(reach: @escaping @Sendable (FaultPoint) -> Void) {
        self.reach = reach
    }

    package static let none = FaultPoints { _ in }

    /// `PARLEY_FAULT`, obeyed in the sandbox only: `outbox.sent=kill` kills this process with SIGKILL when it gets there.
    package static func configured(_ fault: String?, isSandbox: Bool) -> FaultPoints {
        guard isSandbox, let fault, fault.hasSuffix("=kill"),
            let point = FaultPoint(rawValue: String(fault.dropLast(5)))
        else { return .none }
        return FaultPoints { reached in
            if reached == point { kill(getpid(), SIGKILL) }
        }
    }
}
