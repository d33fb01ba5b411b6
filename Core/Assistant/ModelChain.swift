package import Domain

/// Asks one model after the other until one gives a usable answer, and keeps a record of every call.
///
/// Retries: twice per model at most, only where that can help, after the provider's own delay or
/// 0.5 s doubling to 8 s less up to a quarter; a delay over 20 s is too long for a chat. The whole stays within the time given.
package struct ModelChain: Sendable {
    private static let retries = 2
    private static let backoff = Backoff(base: 0.5, limit: 8, chance: 0.25)
    private static let longestDelay = 20.0
    /// With less left than this many seconds no call is begun.
    private static let leastTime = 0.5
    /// The share of the time left that a model may take while another one stands behind it.
    private static let share = 0.6

    package struct Candidate: Sendable {
        package var provider: ModelProvider
        package var model: String

        package init(provider: ModelProvider, model: String? = nil) {
            self.provider = provider
            self.model = model ?? provider.defaultModel
        }

        /// `openai gpt-4o-mini`.
        var name: String { "\(provider.name.rawValue) \(model)" }
    }

    package struct Outcome: Sendable {
        /// Clean text; `nil` when no model answered.
        package var text: String?
        /// The name of the candidate that answered: `openai gpt-4o-mini`.
        package var answeredBy: String?
        package var runs: [AIRun]
        /// Everything that went wrong, in order: of each call its end, and which candidates there was no time for.
        package var failures: [ModelFailure]
    }

    private let prices: PriceList
    private let ids: IDSource
    private let randomness: Randomness
    private let pause: @Sendable (Double) async -> Void

    /// - Parameter pause: waits so many seconds; tests return at once.
    package init(
        prices: PriceList, ids: IDSource, randomness: Randomness, pause: @escaping @Sendable (Double) async -> Void
    ) {
        self.prices = prices
        self.ids = ids
        self.randomness = randomness
        self.pause = pause
    }

    /// - Parameter request: its `model` is replaced by each candidate's; its `timeout` bounds everything together.
    package func complete(_ request: ModelRequest, candidates: [Candidate]) async -> Outcome {
        let deadline = Deadline(in: request.timeout)
        let sources = SourceStrings(request)
        var outcome = Outcome(text: nil, answeredBy: nil, runs: [], failures: [])
        for (position, candidate) in candidates.enumerated() {
            guard deadline.left > Self.leastTime else {
                outcome.failures.append(ModelFailure(of: candidate.name, .noTimeLeft))
                continue
            }
            let isLast = position == candidates.count - 1
            let turn = Turn(
                candidate: candidate, deadline: Deadline(in: isLast ? deadline.left : deadline.left * Self.share),
                sources: sources)
            do throws(ModelError) {
                outcome.text = try await ask(turn, request, &outcome)
                outcome.answeredBy = candidate.name
                return outcome
            } catch {
                // Written down with its call.
            }
        }
        return outcome
    }

    /// One candidate's.
    private struct Turn {
        let candidate: Candidate
        let deadline: Deadline
        let sources: SourceStrings
    }

    private func ask(
        _ turn: Turn, _ request: ModelRequest, _ outcome: inout Outcome
    ) async throws(ModelError) -> String {
        var request = request
        request.model = turn.candidate.model
        let deadline = turn.deadline
        var attempt = 0
        var wasTrimmed = false
        var wasCorrected = false
        while true {
            request.timeout = deadline.left
            let failure: ModelError
            do throws(ModelError) {
                return try await call(turn, request, runs: &outcome.runs)
            } catch {
                failure = error
                outcome.failures.append(ModelFailure(of: turn.candidate.name, failure))
            }
            if failure.refusedParameter == "temperature", request.temperature != nil {
                request.temperature = nil
            } else if failure.kind == .contextTooLong, !wasTrimmed, request.messages.count > 1 {
                request.messages = Array(request.messages.suffix(request.messages.count / 2))
                wasTrimmed = true
            } else if let correction = failure.correction, !wasCorrected {
                request.system += "\n\n" + correction
                wasCorrected = true
            } else {
                guard attempt < Self.retries, let delay = delay(after: failure, attempt: attempt),
                    delay <= Self.longestDelay, delay + Self.leastTime < deadline.left
                else { throw failure }
                await pause(delay)
                attempt += 1
            }
            guard deadline.left > Self.leastTime, !Task.isCancelled else { throw failure }
        }
    }

    /// One call, recorded whatever its end.
    private func call(
        _ turn: Turn, _ request: ModelRequest, runs: inout [AIRun]
    ) async throws(ModelError) -> String {
        let candidate = turn.candidate
        let began = ContinuousClock.now
        var run = AIRun(
            id: ids.make(), provider: candidate.provider.name.rawValue, model: candidate.model, tokensIn: 0,
            tokensOut: 0,
            costMicros: nil, milliseconds: 0)
        defer {
            run.milliseconds = Int((ContinuousClock.now - began) / .milliseconds(1))
            runs.append(run)
        }
        do throws(ModelError) {
            let answer = try await candidate.provider.complete(request)
            record(answer.usage, model: answer.model, of: candidate, in: &run)
            return try AnswerText.clean(answer, keeping: turn.sources)
        } catch {
            if error.usage != .none { record(error.usage, model: candidate.model, of: candidate, in: &run) }
            // What never reached a model cost nothing; a time-out may have, so its price is unknown.
            if run.costMicros == nil, error.usage == .none, error.kind != .timeout { run.costMicros = 0 }
            run.failure = error.reason
            throw error
        }
    }

    /// The name that was asked for is kept; the price is that of the dated model which answered, if the table knows it.
    private func record(_ usage: TokenUsage, model: String, of candidate: Candidate, in run: inout AIRun) {
        let provider = candidate.provider.name
        let price = prices.price(of: candidate.model, by: provider) ?? prices.price(of: model, by: provider)
        run.tokensIn = usage.input
        run.cachedTokensIn = usage.cachedInput
        run.tokensOut = usage.output
        run.isEstimate = usage.isEstimate
        run.costMicros = price?.cost(usage)
    }

    /// `nil` when trying again can't help.
    private func delay(after failure: ModelError, attempt: Int) -> Double? {
        switch failure.kind {
        case .retry(let after), .overloaded(let after): after ?? ownDelay(attempt)
        case .timeout, .credentials, .contextTooLong, .contentFiltered, .garbage, .cutShort, .internals, .permanent: nil
        }
    }

    private func ownDelay(_ attempt: Int) -> Double {
        let less = Double(randomness.bytes(1).first ?? 0) / 255
        return Self.backoff.delay(after: attempt + 1, fraction: 1 - less)
    }
}

/// An instant of the monotonic clock, for time-outs.
struct Deadline: Sendable {
    private let instant: ContinuousClock.Instant

    init(in seconds: Double) {
        instant = ContinuousClock.now + .seconds(max(0, seconds))
    }

    /// Seconds; negative when it passed.
    var left: Double { ContinuousClock.now.duration(to: instant) / .seconds(1) }
}
