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
    }

    package struct Outcome: Sendable {
        /// Clean text; `nil` when no model answered.
        package var text: String?
        /// Which candidate answered: `openai gpt-4o-mini`.
        package var answeredBy: String?
        package var runs: [AIRun]
        /// The last thing that went wrong, when no model answered.
        package var failure: ModelError?
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
        var outcome = Outcome(text: nil, answeredBy: nil, runs: [], failure: nil)
        for (position, candidate) in candidates.enumerated() where deadline.left > Self.leastTime {
            let isLast = position == candidates.count - 1
            let turn = Deadline(in: isLast ? deadline.left : deadline.left * Self.share)
            do throws(ModelError) {
                outcome.text = try await ask(candidate, request, until: turn, runs: &outcome.runs)
                outcome.answeredBy = "\(candidate.provider.name.rawValue) \(candidate.model)"
                outcome.failure = nil
                return outcome
            } catch {
                outcome.failure = error
            }
        }
        return outcome
    }

    private func ask(
        _ candidate: Candidate, _ request: ModelRequest, until deadline: Deadline, runs: inout [AIRun]
    ) async throws(ModelError) -> String {
        var request = request
        request.model = candidate.model
        var attempt = 0
        var wasTrimmed = false
        while true {
            request.timeout = deadline.left
            let failure: ModelError
            do throws(ModelError) {
                return try await call(candidate, request, runs: &runs)
            } catch {
                failure = error
            }
            if failure.refusedParameter == "temperature", request.temperature != nil {
                request.temperature = nil
            } else if failure.kind == .contextTooLong, !wasTrimmed, request.messages.count > 1 {
                request.messages = Array(request.messages.suffix(request.messages.count / 2))
                wasTrimmed = true
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
        _ candidate: Candidate, _ request: ModelRequest, runs: inout [AIRun]
    ) async throws(ModelError) -> String {
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
            return try AnswerText.clean(answer)
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
        case .timeout, .credentials, .contextTooLong, .contentFiltered, .garbage, .permanent: nil
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
