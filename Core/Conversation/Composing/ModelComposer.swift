import Assistant
package import Domain
import FoundationEssentials
package import Outbound
package import Postgres
package import Store

extension Composer {
    /// The composer of production: the channel's persona, the organization's knowledge, its own model keys or else the
    /// platform's, a second provider when the first fails, and the offline model when no key or no answer is there.
    ///
    /// A failing provider is never thrown: the customer gets an honest offline answer, and what was spent is on record. What
    /// throws is the database; then nothing was answered and the job is run again.
    ///
    /// - Parameters:
    ///   - secretBox: `nil` when `PARLEY_SECRET_KEYS` is not set; stored keys are then out of reach.
    ///   - environment: of the process: `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_MODEL` and their siblings;
    ///     `MODEL_PROVIDERS` orders the providers of personas that choose none: `groq,openai`.
    ///   - pause: waits between tries.
    package static func live(
        database: Database, http: HTTPClient, secretBox: SecretBox?, ids: IDSource, randomness: Randomness = .system,
        environment: [String: String],
        pause: @escaping @Sendable (Double) async -> Void = { try? await Task.sleep(for: .seconds($0)) }
    ) -> Composer {
        let catalog = ModelCatalog(environment: environment, secretBox: secretBox)
        let own = TurnEffects(
            clock: WallClock { Date() }, ids: ids, randomness: randomness, http: http,
            state: LiveTurnState(database), pause: pause)
        return Composer { request in
            try await ModelComposer(effects: request.effects ?? own, catalog: catalog).compose(request)
        }
    }
}

/// Load, choose, ask, check: the steps of one reply.
struct ModelComposer: Sendable {
    let effects: TurnEffects
    let catalog: ModelCatalog

    private var facts: ComposerFacts { ComposerFacts(state: effects.state, catalog: catalog) }

    func chain(_ prices: PriceList) -> ModelChain {
        ModelChain(prices: prices, ids: effects.ids, randomness: effects.randomness, pause: effects.pause)
    }

    func compose(_ request: ComposeRequest) async throws -> ComposedReply {
        let lines = request.history.map {
            TranscriptLine(isCustomer: $0.author == .contact, text: $0.text, type: $0.type, media: $0.media)
        }
        let question = Transcript.question(lines)
        let loaded = try await facts.load(request, question: question)
        let offline = OfflineModel.answer(
            question, question: loaded.question, matches: loaded.matches, business: loaded.prompt.profile.name,
            hours: loaded.prompt.hours)
        let choice = catalog.candidates(for: loaded.prompt.persona.style, keys: loaded.keys, http: effects.http)
        guard !choice.candidates.isEmpty else {
            return reply(offline, because: choice.note, persona: loaded.prompt.persona)
        }
        let began = ContinuousClock.now
        let outcome = await chain(loaded.prices).complete(
            modelRequest(loaded.prompt, lines: lines, timeout: request.timeout), candidates: choice.candidates)
        guard let text = outcome.text, let by = outcome.answeredBy else {
            return reply(offline, because: outcome.failures.story, persona: loaded.prompt.persona, runs: outcome.runs)
        }
        let who = outcome.failures.isEmpty ? by : "\(by), after \(outcome.failures.story)"
        return await grounded(
            text, by: who, of: choice.candidates, loaded: loaded, lines: lines, request: request, asked: question,
            runs: outcome.runs, since: began)
    }

    func modelRequest(_ prompt: PromptFacts, lines: [TranscriptLine], timeout: Double) -> ModelRequest {
        let style = prompt.persona.style
        return ModelRequest(
            model: "", system: PersonaPrompt.system(prompt),
            messages: Transcript.messages(lines, limit: style.historyLimit), temperature: style.temperature,
            timeout: timeout, sources: PersonaPrompt.sources(prompt))
    }

    private func reply(
        _ answer: OfflineModel.Answer, because: String, persona: Persona, runs: [AIRun] = []
    ) -> ComposedReply {
        let run = AIRun(
            id: effects.ids.make(), provider: ModelProviderName.offline.rawValue, model: "built-in", tokensIn: 0,
            tokensOut: 0,
            costMicros: 0, milliseconds: 0)
        return ComposedReply(
            text: answer.text, wantsHuman: answer.wantsPerson,
            reason:
                "Persona \(persona.name) version \(persona.version), built-in assistant (\(because)) \(answer.reason)",
            runs: runs + [run])
    }
}
