import Assistant
import Domain

/// The grounding gate over what a model wrote (semantics 11): it is asked again once, naming what has no source; then the sentence is
/// left out if the rest still answers; else the customer is told that it isn't known, and a person is called.
extension ModelComposer {
    /// With less left than this many seconds a model is not asked again.
    private static let leastTime = 2.0

    func grounded(
        _ text: String, by model: String, of candidates: [ModelChain.Candidate], loaded: LoadedFacts,
        lines: [TranscriptLine],
        request: ComposeRequest, asked: String, runs: [AIRun], since began: ContinuousClock.Instant
    ) async -> ComposedReply {
        let sources = GroundingSources(
            loaded.prompt, said: request.history.filter { $0.author == .business && !$0.isAutomatic }.map(\.text),
            asked: lines.filter(\.isCustomer).map(\.text))
        var drafts = Drafts(text, model: model, runs: runs, by: sources, asked: asked)
        let left = request.timeout - began.duration(to: .now) / .seconds(1)
        if !drafts.last.verdict.passes, left > Self.leastTime {
            var again = modelRequest(loaded.prompt, lines: lines, timeout: left)
            again.system += "\n\n" + PersonaPrompt.correction(drafts.last.verdict)
            let outcome = await chain(loaded.prices).complete(again, candidates: candidates)
            drafts.runs += outcome.runs
            if let text = outcome.text {
                drafts.add(text, model: outcome.answeredBy ?? model, by: sources, asked: asked)
            }
        }
        return drafts.reply(loaded, asked: asked)
    }
}

/// What a model wrote for one turn, judged.
private struct Drafts {
    struct Draft {
        /// Without the model's sign for a hand-over.
        var text: String
        var wantsPerson: Bool
        var model: String
        var verdict: Grounding.Verdict
    }

    private(set) var last: Draft
    private var judged: [JudgedDraft]
    var runs: [AIRun]

    init(_ text: String, model: String, runs: [AIRun], by sources: GroundingSources, asked: String) {
        last = Self.draft(text, model, sources, asked)
        judged = [JudgedDraft(last.text, last.verdict)]
        self.runs = runs
    }

    /// Of two drafts that both claim too much, the one stays that still answers.
    mutating func add(_ text: String, model: String, by sources: GroundingSources, asked: String) {
        let draft = Self.draft(text, model, sources, asked)
        judged.append(JudgedDraft(draft.text, draft.verdict))
        if draft.verdict.passes || draft.verdict.stillAnswers || !last.verdict.stillAnswers { last = draft }
    }

    private static func draft(_ text: String, _ model: String, _ sources: GroundingSources, _ asked: String) -> Draft {
        let marked = Handover.read(text)
        return Draft(
            text: marked.text, wantsPerson: marked.wantsPerson, model: model,
            verdict: Grounding.judge(marked.text, by: sources, question: asked))
    }

    func reply(_ loaded: LoadedFacts, asked: String) -> ComposedReply {
        let verdict = last.verdict
        let isSafe = verdict.kept.isEmpty || !verdict.passes && !verdict.stillAnswers
        let isUnknown = isSafe && !verdict.passes
        let persona = loaded.prompt.persona
        let sources = loaded.matches.items.prefix(3).map { "\"\($0.item.title)\"" }.joined(separator: ", ")
        let from = sources.isEmpty ? "no matching knowledge" : "knowledge \(sources)"
        return ComposedReply(
            text: isSafe ? Handover.sentence(for: asked) : verdict.kept,
            wantsHuman: last.wantsPerson || isUnknown || Intent(asked).wantsPerson,
            reason:
                "Persona \(persona.name) version \(persona.version), \(last.model), with \(from).\(left(verdict, isUnknown))",
            runs: runs, drafts: judged)
    }

    private func left(_ verdict: Grounding.Verdict, _ isUnknown: Bool) -> String {
        if isUnknown { return " What it wrote is not in the knowledge (missing_knowledge): \(verdict.claims)." }
        return verdict.passes ? "" : " Left out as not in the knowledge: \(verdict.claims)."
    }
}
