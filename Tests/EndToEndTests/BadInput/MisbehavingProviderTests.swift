import Foundation
import Outbound
import Postgres
import Support
import Synchronization
import Testing
import Web

/// Must show no. 7: a model that answers garbage and a provider that hangs. The customer gets one honest reply or a person
/// is told; nothing is lost and nothing is sent twice.
@Suite struct MisbehavingProviderTests {
    /// What the model answers when it is asked with this word in the customer's text.
    private static let garbage: [(word: String, answer: @Sendable () -> LoopbackServer.Answer?)] = [
        ("markup", { .init(status: 200, headers: ["Content-Type": "text/html"], body: Array("<html>Oops</html>".utf8)) }),
        ("nothing", { .json("") }),
        ("hollow", { .json(#"{"choices":[]}"#) }),
        ("typed", { .json(#"{"choices":[{"message":{"content":{"a":[1,2,{"b":null}]}}}]}"#) }),
        ("null", { .json(#"{"choices":[{"message":{"role":"assistant","content":null},"finish_reason":"stop"}]}"#) }),
        ("bytes", { .init(status: 200, body: [0x7b, 0xff, 0xfe, 0x00, 0x22]) }),
        ("broken", { .json(#"{"error":{"message":"internal stack trace at 0xdeadbeef"}}"#, status: 500) }),
        ("gone", { nil }),
        ("inventive", {
            .json(
                #"{"choices":[{"message":{"role":"assistant","content":"It costs $9,999 since 1 May 1871."},"finish_reason":"stop"}]}"#
            )
        }),
        ("endless", {
            let text = String(repeating: "word ", count: 600_000)
            return .json(#"{"choices":[{"message":{"role":"assistant","content":"\#(text)"},"finish_reason":"stop"}]}"#)
        }),
        ("silent", {
            Thread.sleep(forTimeInterval: 30)
            return nil
        }),
    ]

    @Test(.timeLimit(.minutes(4))) func aModelThatAnswersGarbageNeverReachesTheCustomer() async throws {
        let model: LoopbackServer.Handle = { call in
            let prompt = String(decoding: call.body, as: UTF8.self)
            return Self.garbage.first { prompt.contains("codeword-\($0.word)") }?.answer() ?? .json("{}", status: 404)
        }
        try await TestDatabase.with { database in
            try await Installation.with(databases: (database.appURL, database.ownerURL), model: model) { installation in
                for (number, kind) in Self.garbage.enumerated() {
                    let answer = try await installation.webhook(
                        Installation.message("SM-\(kind.word)", from: number, "codeword-\(kind.word): are you open today?"))
                    #expect(answer.status == 200)
                }
                for (number, kind) in Self.garbage.enumerated() { try await judge(kind.word, number, installation) }
            }
        }
    }

    private func judge(_ word: String, _ number: Int, _ installation: Installation) async throws {
        let answered = try await installation.eventually(within: 90) { !installation.bubbles(of: number).isEmpty }
        #expect(answered, "\(word): the customer heard nothing")
        let said = installation.bubbles(of: number).map(\.body).joined(separator: "\n")
        for trash in ["<html", "stack trace", "0xdeadbeef", "{\"", "9,999", "1871", "null"] {
            #expect(!said.contains(trash), "\(word): the customer read \(said.prefix(200))")
        }
        #expect(installation.bubbles(of: number).count <= 10, "\(word): a flood")
        let trail = try await installation.owner.query(
            """
            select count(*) as count from parley.decisions d join parley.messages m on m.turn_id = d.turn_id
            where m.provider_message_id = \("SM-\(word)") and d.gate = 'model' and d.reason <> ''
            """)
        let reasons: Int = try trail.first?["count"] ?? 0
        #expect(reasons > 0, "\(word): nobody knows why")
    }

    /// Twilio takes the message and never answers, or never answers at all.
    @Test(.timeLimit(.minutes(4))) func aProviderThatHangsIsAskedNotRepeated() async throws {
        let hung = Mutex<Set<String>>([])
        try await TestDatabase.with { database in
            try await Installation.with(
                databases: (database.appURL, database.ownerURL),
                provider: { call, twilio in
                    let form = FormFields(decoding: call.body)
                    let isSend = call.method == "POST" && call.path.hasSuffix("/Messages.json")
                    guard isSend, let to = form?["To"], hung.withLock({ $0.insert(to).inserted }) else {
                        return twilio.answer(call)
                    }
                    if to == Installation.customer(1) { _ = twilio.answer(call) }
                    Thread.sleep(forTimeInterval: 25)
                    return nil
                }
            ) { installation in
                for number in [1, 2] {
                    let answer = try await installation.webhook(
                        Installation.message("SM-hang-\(number)", from: number, "When are you open?"))
                    #expect(answer.status == 200)
                }
                try await expect("sent", of: 1, bubbles: 1, in: installation)
                try await expect("unknown", of: 2, bubbles: 0, in: installation)
            }
        }
    }

    private func expect(
        _ status: String, of number: Int, bubbles: Int, in installation: Installation
    ) async throws {
        let customer = Installation.customer(number)
        let settled = try await installation.eventually(within: 60) {
            let rows = try await installation.owner.query(
                """
                select m.status from parley.messages m join parley.conversations c on c.id = m.conversation_id
                where c.remote_address = \(customer) and m.direction = 'outbound'
                """)
            return try rows.count == 1 && rows.first?["status"] == status
        }
        #expect(settled, "the message to customer \(number) never became \(status)")
        #expect(installation.bubbles(of: number).count == bubbles)
    }
}
