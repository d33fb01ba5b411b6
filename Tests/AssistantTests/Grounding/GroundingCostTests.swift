import Domain
import Foundation
import Support
import Testing

@testable import Assistant

/// Twice the input costs at most two and a half times as much, in all that reads foreign text (S6).
@Suite(.serialized) struct GroundingCostTests {
    private static let readers: [(name: String, read: @Sendable (String) -> Void)] = [
        ("claims", { _ = ClaimReader.claims(in: $0, limit: .max) }),
        ("links", { _ = LinkScanner(NormalText($0, limit: .max)) }),
        (
            "phones",
            { text in
                let scalars = NormalText(text, limit: .max).scalars
                _ = PhoneScanner(scalars, taken: Array(repeating: false, count: scalars.count))
            }
        ),
        ("dots", { _ = NormalText($0, limit: .max).withPlainDots }), ("sentences", { _ = Sentences.split($0) }),
        ("recital", { _ = Recital(instructions: $0).claims(in: $0) }), ("lists", { _ = ListCounts($0) }),
        ("words", { _ = Words.split($0, limit: .max / 64) }), ("question", { _ = Question($0) }),
        ("intent", { _ = Intent($0) }),
        ("language", { _ = Language(of: $0) }), ("phrases", { _ = Phrases.matching($0) }),
    ]
    /// What is worst for a scanner: many beginnings, no end.
    private static let pieces = [
        "word1 ", "a.", "a.b-", "a@", "@a", "https:/", "1", "1 ", "1,", "1-", "+1", "(", "1.", "a1", "l1", "$", "$1 ",
        "1/1", "::", "ab:", "。", "价格五十元",
        "ราคา", "twenty ", "one and ", "free ", "for ", ". com ", " dot ", "[.", "us ", "\u{301}", "\u{200B}", "👨‍👩‍👧",
        "۱٫", "ا", "rn", "\n- ", "? ", "Rs. ",
    ]

    private func seconds(_ work: () -> Void) -> Double {
        let began = ProcessorTime.ofThread
        work()
        return ProcessorTime.ofThread - began
    }

    /// CPU time, the lesser of two: other processes take the rest.
    private func cost(_ text: String, _ read: (String) -> Void) -> Double {
        (0..<2).map { _ in seconds { read(text) } }.min() ?? 0
    }

    @Test func twiceTheTextCostsAboutTwiceAsMuch() {
        for (name, text) in Self.texts {
            for reader in Self.readers {
                let isCheap = (0..<3).contains { _ in isLinear(text, reader.read) }
                #expect(isCheap, "\(reader.name) of \(name)")
            }
        }
    }

    /// Below a few milliseconds the clock tells nothing; quadratic work is far above at the next doubling.
    private func isLinear(_ text: (Int) -> String, _ read: (String) -> Void) -> Bool {
        let (once, twice) = (cost(text(1), read), cost(text(2), read))
        return twice < 0.004 || twice <= once * 2.5 || cost(text(4), read) <= twice * 2.5
    }

    private typealias Text = (name: String, text: @Sendable (Int) -> String)

    /// Of so many times 1,000 characters.
    private static var texts: [Text] {
        var texts: [Text] = []
        for piece in pieces {
            let count = 1_000 / piece.unicodeScalars.count
            texts.append((piece, { times in String(repeating: piece, count: times * count) }))
        }
        texts.append(("words, each another", { times in (0..<(times * 250)).map { "w\($0)" }.joined(separator: " ") }))
        return texts
    }

    /// Twelve messages of 65,000 characters held a job runner for a minute.
    @Test func aTurnOfHugeMessagesIsReadInNoTime() {
        let huge = (0..<12).map { turn in (0..<8_000).map { "w\(turn)x\($0)" }.joined(separator: " ") }
        let text = huge.joined(separator: "\n")
        let spent = seconds {
            let question = Question(text)
            _ = OfflineModel.answer(
                text, question: question, matches: KnowledgeMatches(), business: "Acme", hours: .always)
            _ = Grounding.judge("It costs $5.", by: GroundingSources(business: huge, customer: huge), question: text)
        }
        #expect(spent < 2, "\(spent) s of CPU time")
    }

    @Test func aLongAnswerOverMuchKnowledgeIsJudgedAtOnce() {
        let knowledge = String(repeating: GroundingTries.business.joined(separator: " ") + "\n", count: 20).cut(
            to: 12_000)
        let answer = String(repeating: GroundingTries.honest.joined(separator: " "), count: 2).cut(to: 3_000)
        let sources = GroundingSources(business: [knowledge], customer: ["What does it cost?"])
        let spent = cost(answer) { _ = Grounding.judge($0, by: sources, question: "What does it cost?") }
        // A release build takes a tenth of it.
        #expect(spent < 0.5, "\(spent) s of CPU time")
    }

    @Test func whatIsReadIsBounded() {
        let long = String(repeating: "x ", count: 100_000)
        #expect(NormalText(long).scalars.count <= 20_000)
        #expect(Words.split(String(repeating: "a", count: 100_000)).map(\.count).max() ?? 0 <= 60)
        #expect(Question(long).terms.count <= 24)
        #expect(
            Grounding.judge(String(repeating: "Fine. ", count: 5_000), by: GroundingSources(business: [], customer: []))
                .kept.count <= Grounding.longestAnswer)
    }
}
