import Conversation
import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store
import Support
import Testing

/// How often the built-in model answers what it can and keeps quiet where it can't: over Postgres, through the composer.
@Suite struct OfflineQualityTests {
    private struct Corpus: Decodable {
        let businesses: [Business]
        struct Business: Decodable {
            let name: String
            let items: [Item]
            let questions: [Question]
        }
        struct Item: Decodable {
            let id, title, body: String
            let tags: [String]
        }
        struct Question: Decodable {
            let ask: String
            /// An item, `person`, `greeting`, `thanks`, `machine`, or nothing that could answer it.
            let expect: String?
        }
    }

    @Test func answersWhatItKnowsAndNothingElse() async throws {
        let corpus = try Vectors.load("offline-quality.json", as: Corpus.self)
        var misses: [String] = []
        var wrong: [String] = []
        var count = 0
        for business in corpus.businesses {
            try await Fixture.with(business: business.name) { fixture in
                for item in business.items {
                    try await fixture.add(title: item.title, body: item.body, tags: item.tags)
                }
                for question in business.questions {
                    count += 1
                    let reply = try await fixture.ask(question.ask)
                    let item = business.items.first { reply.text.contains($0.body) }?.id
                    let kind = item ?? Self.kind(reply)
                    if kind == (question.expect ?? "unknown") { continue }
                    let line = "\(question.ask) -> \(kind), not \(question.expect ?? "unknown")"
                    // An answer from the wrong item, or to a question without one, misleads; not knowing does not.
                    if item != nil { wrong.append(line) } else { misses.append(line) }
                }
            }
        }
        let hits = count - misses.count - wrong.count
        print("offline model: \(hits) of \(count) right, \(misses.count) missed, \(wrong.count) wrong", misses, wrong)
        #expect(count >= 60)
        #expect(wrong.isEmpty, "\(wrong)")
        #expect(hits * 100 >= count * 95, "\(misses)")
    }

    private static func kind(_ reply: ComposedReply) -> String {
        if reply.reason.contains("asked for a person") { return "person" }
        if reply.reason.contains("greeted") { return "greeting" }
        if reply.reason.contains("said thanks") { return "thanks" }
        if reply.reason.contains("asked who answers") { return "machine" }
        return reply.reason.contains("missing_knowledge") ? "unknown" : "something else"
    }
}
