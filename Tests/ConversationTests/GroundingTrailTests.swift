import Conversation
import Domain
import Postgres
import Support
import Testing

/// "Why?": each draft and what the gate said of it stand in the trail of the turn.
@Suite struct GroundingTrailTests {
    @Test func everyDraftIsInTheTrail() async throws {
        try await Road.with { road in
            road.composes { _ in
                ComposedReply(
                    text: "It is 29 USD.", reason: "model",
                    drafts: [
                        JudgedDraft(passes: false, reason: "Not in the sources: money \"$9\". Draft: It is $9."),
                        JudgedDraft(passes: true, reason: "Every claim has a source. Draft: It is 29 USD."),
                    ])
            }
            try await road.receive("price?")
            try await road.settle()
            let trail = try await road.decisions().filter { $0.hasPrefix("grounding") || $0.hasPrefix("model") }
            #expect(trail == ["grounding stopped", "grounding passed", "model answered"])
            let reasons = try await road.database.owner.query(
                "select reason from parley.decisions where gate = 'grounding' order by id")
            let first: String? = try reasons.first?["reason"]
            #expect(first?.contains("Draft: It is $9.") == true)
        }
    }
}
