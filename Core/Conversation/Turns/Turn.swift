package import Domain
package import FoundationEssentials
package import Outbound
package import Postgres
package import Store

/// Answers a customer: decides who answers, has the reply written, and queues it.
///
/// Two transactions with the writing between them. The first decides under the conversation's lock and says everything that
/// needs no model; the second queues the reply, if the turn is still being composed under the same epoch. Nothing leaves the
/// house before it is marked as sending, on disk: the second does that too when the reply may leave at once, else the outbox. A
/// process that dies in between leaves a turn that is being composed, and the job, taken up by another, composes it again.
package struct Turn: Sendable {
    private let effects: TurnEffects
    private let responders: Responders
    /// `nil` for a kind of channel that this process can't send through.
    private let sender: @Sendable (ChannelKind) -> ChannelSender?
    private let recorder: TurnRecorder?
    private let lease: Double
    private let marked: MarkedReplies?
    private let faults: FaultPoints

    /// - Parameters:
    ///   - composer: of the persona, who answers when nobody else does.
    ///   - responders: others, asked before it.
    ///   - recorder: keeps what each turn took from outside.
    ///   - lease: real seconds; of the job that sends the reply.
    ///   - marked: of the outbox that the same process sends with.
    package init(
        database: Database, clock: WallClock, ids: IDSource, randomness: Randomness = .system,
        http: HTTPClient = HTTPClient { _ throws(OutboundError) in throw OutboundError(.unreachable) },
        composer: Composer, responders: [any Responder] = [],
        sender: @escaping @Sendable (ChannelKind) -> ChannelSender?, recorder: TurnRecorder? = nil,
        lease: Double = 15, marked: MarkedReplies? = nil, faults: FaultPoints = .none
    ) {
        effects = TurnEffects(
            clock: clock, ids: ids, randomness: randomness, http: http, state: LiveTurnState(database))
        self.responders = Responders(all: responders + [PersonaResponder(composer: composer)])
        self.sender = sender
        self.recorder = recorder
        self.lease = lease
        self.marked = marked
        self.faults = faults
    }

    /// - Parameters:
    ///   - timeout: real seconds the responder may take.
    ///   - deadline: real time at which everything is over.
    package func run(_ job: Job, timeout: Double, until deadline: Date) async throws -> JobOutcome {
        guard let conversation = ConversationID(job.key) else { return .cancel(reason: "The key is no conversation.") }
        let tape = recorder.map { _ in TurnTape(of: job, timeout: timeout, seed: effects.randomness.bytes(32)) }
        let run = TurnRun(
            effects: tape?.effects(over: effects) ?? effects, responders: responders, sender: sender,
            work: TurnWork(job: job, lease: lease, deadline: deadline, marked: marked), faults: faults)
        let outcome = try await run.answer(
            conversation, of: job.organization, attempt: job.attempts, timeout: timeout)
        if let tape { recorder?.keep(tape, of: job.organization, at: effects.clock.now()) }
        return outcome
    }

    /// Plays a recorded turn with the code and the responders of now.
    ///
    /// - Returns: the hash of what the turn would write; the recording's own when nothing has changed.
    /// - Throws: `ReplayMiss` when it asks what was not recorded, `OutdatedRecording` when that is no wonder.
    package func replay(_ recording: TurnRecording) async throws -> String {
        guard let conversation = ConversationID(recording.conversation),
            let organization = OrganizationID(recording.organization)
        else { throw ReplayMiss(question: "{}") }
        guard recording.version == TurnRecording.currentVersion else {
            throw OutdatedRecording(version: recording.version)
        }
        let replay = TurnReplay(recording)
        let run = TurnRun(
            effects: replay.effects, responders: responders, sender: { _ in nil }, work: nil, faults: .none)
        _ = try await run.answer(
            conversation, of: organization, attempt: recording.attempt, timeout: recording.timeout)
        return try replay.resultHash
    }
}
