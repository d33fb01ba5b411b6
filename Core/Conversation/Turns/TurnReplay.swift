import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store
import Synchronization

/// Plays a recorded turn: every question is answered from the recording, nothing is written and no socket is opened. A
/// question that was not recorded is a miss, and the replay fails closed.
package final class TurnReplay: Sendable {
    private struct State {
        var times: [Double]
        var lastTime = 0.0
        var counts: [String: Int] = [:]
        var written: [Query] = []
        var miss: String?
    }

    private let recording: TurnRecording
    private let answers: [String: TurnExchange.Answer]
    private let state: Mutex<State>

    package init(_ recording: TurnRecording) {
        self.recording = recording
        answers = Dictionary(
            recording.exchanges.map { (Self.place($0.key, $0.ordinal), $0.answer) },
            uniquingKeysWith: { first, _ in first })
        state = Mutex(State(times: recording.times.reversed()))
    }

    /// What the turn would write now.
    /// - Throws: `ReplayMiss`, with the first question that has no recorded answer.
    package var resultHash: String {
        get throws {
            try state.withLock { state in
                if let miss = state.miss { throw ReplayMiss(question: miss) }
                return TurnQuestionKey(result: state.written).key
            }
        }
    }

    package var effects: TurnEffects {
        let chance = SeededChance(seed: Array(recording.seed))
        let clock = WallClock { Date(timeIntervalSince1970: self.nextTime()) }
        return TurnEffects(
            clock: clock, ids: IDSource(clock: clock, randomness: chance.randomness), randomness: chance.randomness,
            http: http, state: ReplayedTurnState(replay: self), pause: { _ in },
            wrote: { queries in self.state.withLock { $0.written += queries } })
    }

    /// A version that looks at the clock more often sees it stand still at the end.
    private func nextTime() -> Double {
        state.withLock { state in
            state.lastTime = state.times.popLast() ?? state.lastTime
            return state.lastTime
        }
    }

    private var http: HTTPClient {
        HTTPClient { request throws(OutboundError) in
            switch self.answer(to: TurnQuestionKey(request)) {
            case .response(let status, let headers, let body):
                let pairs = headers.compactMap { pair in
                    pair.count == 2 ? (name: pair[0], value: pair[1]) : nil
                }
                return OutboundResponse(status: status, headers: pairs, body: Array(body))
            case .failure(let code):
                throw OutboundError(OutboundError.Code(rawValue: code) ?? .broken)
            case .rows, nil:
                throw OutboundError(.unreachable, detail: "not recorded")
            }
        }
    }

    fileprivate func rows(_ name: String, _ queries: [Query]) throws -> [[Row]] {
        let key = TurnQuestionKey(reading: name, queries)
        guard case .rows(let rows)? = answer(to: key), rows.count == queries.count else {
            throw ReplayMiss(question: key.text)
        }
        return rows.map(\.rows)
    }

    private func answer(to key: TurnQuestionKey) -> TurnExchange.Answer? {
        state.withLock { state in
            let ordinal = state.counts[key.key, default: 0]
            state.counts[key.key] = ordinal + 1
            let answer = answers[Self.place(key.key, ordinal)]
            if answer == nil, state.miss == nil { state.miss = key.text }
            return answer
        }
    }

    private static func place(_ key: String, _ ordinal: Int) -> String { "\(key) \(ordinal)" }
}

package struct ReplayMiss: Error, CustomStringConvertible {
    /// Canonical JSON.
    package let question: String

    package var description: String { "the recording has no answer to a question of this turn" }
}

/// A recording of an earlier version, whose turns asked other questions.
package struct OutdatedRecording: Error, CustomStringConvertible {
    package let version: Int

    package var description: String {
        "the recording has the form \(version), this program plays \(TurnRecording.currentVersion)"
    }
}

private struct ReplayedTurnState: TurnState {
    let replay: TurnReplay

    func transaction<Result: Sendable>(
        _ name: String, for organization: OrganizationID, durability: Durability, booking: [Query], reading: [Query],
        _ decide: (@escaping TurnQuestion, [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Committed<Result> {
        let answers = try replay.rows(name, reading)
        return Committed(try await decide({ try replay.rows($0, $1) }, answers).0)
    }

    func read(
        _ name: String, for organization: OrganizationID, _ queries: [Query],
        concealing: ([[Row]]) throws -> [[Row]]
    ) async throws -> [[Row]] {
        try replay.rows(name, queries)
    }

    /// Nothing was spent.
    func book(_ bookings: [Query], for organization: OrganizationID) {}
}
