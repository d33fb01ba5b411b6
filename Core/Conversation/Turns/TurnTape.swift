import Domain
import FoundationEssentials
import Outbound
import Postgres
package import Store
import Synchronization

/// Records one turn while it runs: the effects it hands out answer as the real ones do and write down what they said.
package final class TurnTape: Sendable {
    /// Bytes of questions and answers, headers included. What is longer is not kept: the turn can't be played again.
    static let limit = 512 << 10

    fileprivate struct State {
        var recording: TurnRecording
        var written: [Query] = []
        var bytes = 0
        var counts: [String: Int] = [:]
        var turn: TurnID?
        var conversation: ConversationID?
    }

    /// What was on the tape at some moment, and how far its chance was along.
    fileprivate struct Mark {
        fileprivate let state: State
        fileprivate let chance: SeededChance.Position
    }

    private let state: Mutex<State>
    private let chance: SeededChance

    package init(of job: Job, timeout: Double, seed: [UInt8]) {
        chance = SeededChance(seed: seed)
        state = Mutex(
            State(
                recording: TurnRecording(
                    conversation: job.key, organization: job.organization.text, attempt: job.attempts,
                    timeout: timeout, seed: Data(seed))))
    }

    /// Which turn it was; `nil` when none was begun.
    var subject: (turn: TurnID, conversation: ConversationID)? {
        state.withLock { state in state.turn.flatMap { turn in state.conversation.map { (turn, $0) } } }
    }

    /// `nil` when it got too long, or when the turn did nothing.
    package var recording: TurnRecording? {
        state.withLock { state in
            guard state.bytes <= Self.limit, !state.written.isEmpty else { return nil }
            var recording = state.recording
            recording.resultHash = TurnQuestionKey(result: state.written).key
            return recording
        }
    }

    package func effects(over real: TurnEffects) -> TurnEffects {
        let clock = WallClock {
            let now = real.clock.now().timeIntervalSince1970
            self.state.withLock { $0.recording.times.append(now) }
            // Exactly as a replay will have it.
            return Date(timeIntervalSince1970: now)
        }
        return TurnEffects(
            clock: clock, ids: IDSource(clock: clock, randomness: chance.randomness), randomness: chance.randomness,
            http: recording(real.http), state: RecordedTurnState(tape: self, real: real.state), pause: real.pause,
            began: { turn, conversation in
                self.state.withLock { ($0.turn, $0.conversation) = (turn, conversation) }
            },
            wrote: { queries in
                self.state.withLock { $0.written += queries }
                real.wrote(queries)
            })
    }

    private func recording(_ real: HTTPClient) -> HTTPClient {
        HTTPClient { request throws(OutboundError) in
            let key = TurnQuestionKey(request)
            do throws(OutboundError) {
                let response = try await real.send(request)
                let headers = response.headers.map { [$0.name, $0.value] }
                self.keep(
                    key, .response(status: response.status, headers: headers, body: Data(response.body)),
                    bytes: headers.joined().reduce(response.body.count) { $0 + $1.utf8.count })
                return response
            } catch {
                self.keep(key, .failure(code: error.code.rawValue), bytes: 0)
                throw error
            }
        }
    }

    fileprivate var mark: Mark { Mark(state: state.withLock { $0 }, chance: chance.position) }

    /// Forgets what came after the mark: it left nothing behind.
    fileprivate func rewind(to mark: Mark) {
        state.withLock { $0 = mark.state }
        chance.position = mark.chance
    }

    fileprivate func keep(_ key: TurnQuestionKey, _ answer: TurnExchange.Answer, bytes: Int) {
        state.withLock { state in
            state.bytes += bytes + key.text.utf8.count
            guard state.bytes <= Self.limit else { return }
            let ordinal = state.counts[key.key, default: 0]
            state.counts[key.key] = ordinal + 1
            state.recording.exchanges.append(
                TurnExchange(key: key.key, ordinal: ordinal, question: key.text, answer: answer))
        }
    }
}

private struct RecordedTurnState: TurnState {
    let tape: TurnTape
    let real: any TurnState

    func transaction<Result: Sendable>(
        _ name: String, for organization: OrganizationID, durability: Durability, booking: [Query], reading: [Query],
        _ decide: (@escaping TurnQuestion, [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Committed<Result> {
        let mark = tape.mark
        return try await real.transaction(
            name, for: organization, durability: durability, booking: booking, reading: reading
        ) {
            more, answers in
            // The database runs this again when the transaction met another one: only the last time counts.
            tape.rewind(to: mark)
            keep(name, reading, answers)
            return try await decide(
                { name, queries in
                    let answers = try await more(name, queries)
                    keep(name, queries, answers)
                    return answers
                }, answers)
        }
    }

    func read(
        _ name: String, for organization: OrganizationID, _ queries: [Query],
        concealing: ([[Row]]) throws -> [[Row]]
    ) async throws -> [[Row]] {
        let answers = try await real.read(name, for: organization, queries, concealing: concealing)
        keep(name, queries, answers)
        return answers
    }

    func book(_ bookings: [Query], for organization: OrganizationID) async throws {
        try await real.book(bookings, for: organization)
    }

    private func keep(_ name: String, _ queries: [Query], _ answers: [[Row]]) {
        let rows = answers.map(RowTexts.init)
        tape.keep(TurnQuestionKey(reading: name, queries), .rows(rows), bytes: rows.reduce(0) { $0 + $1.size })
    }
}
