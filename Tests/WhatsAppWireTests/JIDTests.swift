import Testing

@testable import WhatsAppWire

@Suite struct JIDTests {
    @Test(arguments: [
        ("15551234567@s.whatsapp.net", JID.phoneNumber("15551234567")),
        ("15551234567:12@s.whatsapp.net", .phoneNumber("15551234567", device: 12)),
        ("1001:3@lid", .hiddenUser("1001", device: 3)),
        ("120363000000000001@g.us", JID(user: "120363000000000001", server: .group)),
        ("status@broadcast", JID(user: "status", server: .broadcast)),
        ("@s.whatsapp.net", .service),
    ])
    func textForms(text: String, jid: JID) {
        #expect(JID(text) == jid)
        #expect(jid.description == text)
    }

    @Test func oddForms() {
        #expect(JID("s.whatsapp.net") == .service)
        #expect(JID("1555.0:2@s.whatsapp.net") == .phoneNumber("1555", device: 2))
        for text in [
            "", "abc", "1@", "1:x@lid", "1:70000@lid", ":1@lid", "a@b@c", String(repeating: "1", count: 300) + "@lid",
        ] {
            #expect(JID(text) == nil, "\(text)")
        }
    }

    @Test func signalNamesTellDomainsApart() {
        #expect(JID.phoneNumber("1555", device: 2).signalAddress.description == "1555.2")
        #expect(JID.hiddenUser("100000000000001").signalAddress.description == "100000000000001_1.0")
        #expect(JID(user: "1", device: 99, server: .hosted).signalAddress.description == "1_128.99")
        #expect(JID(user: "1", device: 99, server: .hostedHiddenUser).signalAddress.description == "1_129.99")
    }

    @Test func pairsAreOneOfEach() throws {
        let pair = try #require(LIDPair(.phoneNumber("1555", device: 3), .hiddenUser("77", device: 1)))
        #expect(pair == LIDPair(.hiddenUser("77"), .phoneNumber("1555")))
        #expect(LIDPair(.phoneNumber("1"), .phoneNumber("2")) == nil)
        #expect(LIDPair(.service, .hiddenUser("2")) == nil)
        #expect(LIDPair(nil, .hiddenUser("2")) == nil)
    }
}
