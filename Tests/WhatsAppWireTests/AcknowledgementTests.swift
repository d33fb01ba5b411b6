import Support
import Testing

@testable import WhatsAppWire

@Suite struct AcknowledgementTests {
    static let account = LinkedAccount(
        jid: .phoneNumber("1555", device: 3), lid: .hiddenUser("77", device: 3), signedIdentity: [],
        accountSignatureKey: KeyPair.generate(using: &random).publicKey, keyIndex: 1, platform: nil,
        businessName: nil)
    private static var random: SeededGenerator {
        get { SeededGenerator(seed: 1) }
        set {}
    }

    private func answers(
        _ stanza: Node, _ outcome: Acknowledgement.Outcome = .processed, available: Bool = false
    ) -> [Node] {
        Acknowledgement.answers(
            to: stanza, outcome, as: .init(account: Self.account, isAvailable: available), now: 9)
    }

    private let direct = Node("message", ["id": "M", "from": .jid(.hiddenUser("5", device: 2)), "type": "text"])
    private let group = Node(
        "message",
        [
            "id": "M", "from": .jid(JID(user: "1", server: .group)), "participant": .jid(.hiddenUser("5", device: 2)),
        ])

    @Test func aMessageGetsOneReceipt() {
        let to: Attributes = ["id": "M", "to": .jid(.hiddenUser("5", device: 2))]
        var inactive = to
        inactive["type"] = "inactive"
        #expect(answers(direct) == [Node("receipt", inactive)])
        #expect(answers(direct, available: true) == [Node("receipt", to)])
        #expect(
            answers(group, available: true) == [
                Node(
                    "receipt",
                    [
                        "id": "M", "to": .jid(JID(user: "1", server: .group)),
                        "participant": .jid(.hiddenUser("5", device: 2)),
                    ])
            ])
    }

    @Test func ourOwnOtherDeviceAndThePhoneItself() {
        let own = Node(
            "message", ["id": "M", "from": .jid(.phoneNumber("1555")), "recipient": .jid(.hiddenUser("5"))])
        let answer = answers(own, available: true)
        #expect(answer.map { $0["type"] } == ["sender"])
        #expect(answer.first?.jid("recipient") == .hiddenUser("5"))
        var peer = own
        peer.attributes["category"] = "peer"
        #expect(answers(peer).map { $0["type"] } == ["peer_msg"])
        let history = answers(peer, .historySync)
        #expect(history.map { $0["type"] } == ["peer_msg", "hist_sync"])
        #expect(history.last?.jid("to") == .phoneNumber("1555"))
    }

    @Test func refusalsAndNothing() {
        for refusal in Acknowledgement.Refusal.allCases {
            let answer = answers(direct, .refused(refusal))
            #expect(answer.count == 1 && answer[0].tag == "ack" && answer[0]["class"] == "message")
            #expect(answer[0].integer("error") == refusal.rawValue)
            #expect(answer[0].jid("from") == Self.account.jid && answer[0]["type"] == nil)
        }
        for outcome: Acknowledgement.Outcome in [.givenUp, .nothingForUs] {
            #expect(answers(direct, outcome).map { $0["error"] } == [nil])
            #expect(answers(direct, outcome).map(\.tag) == ["ack"])
        }
    }

    @Test func aRetryIsAReceiptAndAnAck() throws {
        var random = SeededGenerator(seed: 2)
        let credentials = Credentials.generate(using: &random)
        let keys = RetryRequest.Keys(
            identity: credentials.identityKey.publicKey,
            preKey: PreKey.generate(1, from: 4, using: &random).keys[0].published,
            signedPreKey: credentials.signedPreKey.published, deviceIdentity: [1])
        for keys in [nil, keys] {
            let request = RetryRequest(
                messageID: "M", count: 2, timestamp: 8, registrationID: credentials.registrationID, keys: keys)
            let answer = answers(group, .retry(request))
            #expect(answer.map(\.tag) == ["receipt", "ack"])
            #expect(answer[0]["type"] == "retry" && answer[1]["error"] == nil)
            let decoded = try NodeReader.decode(NodeWriter.encode(answer[0]))
            #expect(try RetryRequest(decoded) == request)
        }
    }

    @Test func receiptsNotificationsAndCallsAreAcknowledged() {
        for tag in ["receipt", "notification", "call"] {
            let typed = Node(tag, ["id": "1", "from": .jid(.hiddenUser("5")), "type": "read"])
            let plain = Node(tag, ["id": "1", "from": .jid(.hiddenUser("5")), "participant": .jid(.hiddenUser("6"))])
            #expect(
                answers(typed) == [
                    Node("ack", ["class": .text(tag), "id": "1", "to": .jid(.hiddenUser("5")), "type": "read"])
                ])
            // A type that was not there is never invented.
            #expect(answers(plain).map { $0["type"] } == [nil])
            #expect(answers(plain).first?.jid("participant") == .hiddenUser("6"))
        }
    }

    @Test func whatWantsNoAnswerGetsNone() {
        let ping = Node("iq", ["id": "1", "from": .jid(.service), "type": "get", "xmlns": "urn:xmpp:ping"])
        #expect(answers(ping).map { $0["type"] } == ["result"])
        for tag in ["ack", "presence", "chatstate", "ib", "success", "stream:error", "iq", "unheard-of"] {
            #expect(answers(Node(tag, ["id": "1", "from": .jid(.service)])).isEmpty)
        }
        #expect(answers(Node("message")).isEmpty)
        #expect(answers(Node("message", ["id": "1"])).isEmpty)
    }

    @Test func retriesHaveAnEnd() {
        #expect(RetryDecision.outcome(for: .duplicate, earlier: 0) == .alreadyProcessed)
        #expect(RetryDecision.outcome(for: .malformed, earlier: 0) == .refuse(.unparsable))
        #expect(RetryDecision.outcome(for: .badMAC, earlier: 0) == .ask(count: 1, withKeys: false))
        #expect(RetryDecision.outcome(for: .badMAC, earlier: 1) == .ask(count: 2, withKeys: true))
        #expect(RetryDecision.outcome(for: .noSession, earlier: 0) == .ask(count: 1, withKeys: true))
        #expect(RetryDecision.outcome(for: .noSession, earlier: 5) == .giveUp)
    }

    @Test func answeringARetry() {
        func decide(
            count: Int = 1, keys: RetryRequest.Keys? = nil, copy: Bool = true, resent: Int = 0,
            registration: UInt32? = 1,
            bundle: Int64? = nil
        ) -> RetryDecision.Outgoing {
            RetryDecision.answer(
                to: RetryRequest(messageID: "M", count: count, timestamp: 0, registrationID: 1, keys: keys),
                .init(
                    hasCopy: copy, resent: resent, sessionRegistrationID: registration, secondsSinceBundle: bundle))
        }
        #expect(decide() == .resend)
        #expect(decide(count: 2) == .resendAfterFetch)
        #expect(decide(count: 2, bundle: 10) == .resend)
        #expect(decide(count: 2, bundle: 3600) == .resendAfterFetch)
        #expect(decide(registration: nil) == .resendAfterFetch)
        #expect(decide(registration: nil, bundle: 10) == .ignore)
        #expect(decide(registration: 9) == .resendAfterFetch)
        #expect(decide(copy: false) == .ignore)
        #expect(decide(resent: 5) == .ignore)
    }
}
