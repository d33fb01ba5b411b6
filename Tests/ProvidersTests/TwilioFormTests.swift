import Domain
import FoundationEssentials
import Providers
import Support
import Testing
import Web

@Suite struct TwilioFormTests {
    struct File: Decodable {
        let secret: String
        let webhooks: [String: Example]
    }
    struct Example: Decodable {
        let url: String
        let body: String
        let headers: [String: String]
    }

    private static let account = "AC00112233445566778899aabbccddeeff"

    /// What each example of an inbound message says.
    private static let expected:
        [String: (type: MessageType, text: String, from: String, media: Int, choice: String?)] = [
            "wa_text": (.text, "Olá, vocês abrem sábado? \u{1f60a}", "whatsapp:+5511987654321", 0, nil),
            "wa_image_caption": (.image, "olha isso", "whatsapp:+5511987654321", 1, nil),
            "wa_voice": (.audio, "", "whatsapp:+5511987654321", 1, nil),
            "wa_location": (
                .location, "Loja\nAv. Paulista, 1000\n-23.5505, -46.6333", "whatsapp:+5511987654321", 0, nil
            ),
            "wa_button": (.buttons, "Sim", "whatsapp:+5511987654321", 0, "YES"),
            "wa_list": (.buttons, "Corte", "whatsapp:+5511987654321", 0, "cut"),
            "wa_reply": (.text, "esse", "whatsapp:+5511987654321", 0, nil),
            "wa_ad_referral": (.text, "Quero saber mais", "whatsapp:+5511987654321", 0, nil),
            "wa_bsuid_from": (.text, "oi", "whatsapp:BR.1502576394655843", 0, nil),
            "wa_forwarded": (.text, "veja", "whatsapp:+5511987654321", 0, nil),
            "sms_text": (.text, "Hi", "+14155550199", 0, nil),
            "sms_stop": (.text, "STOP", "+14155550199", 0, nil),
        ]

    @Test func everyExampleOfAnInboundMessageIsRead() throws {
        let file = try Vectors.load("twilio_webhook_examples.json", as: File.self)
        let inbound = file.webhooks.filter { !$0.key.hasPrefix("status_") }
        #expect(Set(inbound.keys) == Set(Self.expected.keys))
        for (name, example) in inbound {
            let form = try #require(FormFields(decoding: example.body.utf8))
            let read = try TwilioInbound(form)
            let expected = try #require(Self.expected[name])
            #expect(read.message.type == expected.type, "\(name)")
            #expect(read.message.text == expected.text, "\(name)")
            #expect(read.message.remoteAddress == expected.from, "\(name)")
            #expect(read.message.media.count == expected.media && read.choice == expected.choice, "\(name)")
            #expect(read.message.providerMessageID == form["MessageSid"] && read.accountSID == Self.account, "\(name)")
            #expect(read.message.localAddress == form["To"] && read.message.kind == .whatsappTwilio, "\(name)")
            #expect(read.message.contactName == (name.hasPrefix("wa_") ? "Ana Souza" : nil), "\(name)")
            #expect(
                read.repliesTo == form["OriginalRepliedMessageSid"] && read.optOutType == form["OptOutType"], "\(name)")
        }
    }

    @Test func everyExampleIsSignedAsTwilioSigns() throws {
        let file = try Vectors.load("twilio_webhook_examples.json", as: File.self)
        #expect(file.webhooks.count >= 18)
        let signature = TwilioSignature(authTokens: [file.secret])
        for (name, example) in file.webhooks {
            let headers = Headers(example.headers.map { ($0.key, $0.value) })
            let body = Array(example.body.utf8)
            #expect(signature.isValid(method: .post, url: example.url, headers: headers, body: body), "\(name)")
            #expect(
                !signature.isValid(method: .post, url: example.url, headers: headers, body: body + [0x26, 0x61]),
                "\(name)")
        }
    }

    @Test func everyExampleOfAStatusIsRead() throws {
        let file = try Vectors.load("twilio_webhook_examples.json", as: File.self)
        let expected: [String: (MessageStatus, Int?)] = [
            "status_queued": (.sent, nil), "status_sent": (.sent, nil), "status_delivered": (.delivered, nil),
            "status_read": (.read, nil), "status_failed_63016": (.failed, 63016),
            "status_undelivered_63024": (.failed, 63024),
        ]
        let statuses = file.webhooks.filter { $0.key.hasPrefix("status_") }
        #expect(Set(statuses.keys) == Set(expected.keys))
        for (name, example) in statuses {
            let update = try TwilioStatusUpdate(try #require(FormFields(decoding: example.body.utf8)))
            #expect(update.status == expected[name]?.0 && update.errorCode == expected[name]?.1, "\(name)")
            #expect((update.errorReason != nil) == (update.errorCode != nil), "\(name)")
            #expect(update.messageSID.hasPrefix("SM") && update.from == "whatsapp:+14155238886", "\(name)")
        }
    }

    private static let minimal = [
        (name: "MessageSid", value: "SM1"), (name: "From", value: "whatsapp:US.abc"),
        (name: "To", value: "whatsapp:+1"),
    ]

    private static func read(_ more: [String: String]) throws -> TwilioInbound {
        try TwilioInbound(FormFields(minimal + more.map { (name: $0.key, value: $0.value) }))
    }

    @Test(arguments: ["MessageSid", "From", "To"])
    func aFormWithoutItsEssentialsIsRefused(_ name: String) throws {
        let rest = Self.minimal.filter { $0.name != name }
        #expect(throws: TwilioFormError.missing(name)) { try TwilioInbound(FormFields(rest)) }
        #expect(throws: TwilioFormError.missing(name)) { try TwilioInbound(FormFields(rest + [(name, "")])) }
        #expect(throws: TwilioFormError.tooLong(name)) {
            try TwilioInbound(FormFields(rest + [(name, String(repeating: "x", count: 201))]))
        }
    }

    /// K14: a user id comes after a number, or a number beside an id.
    @Test(
        arguments: [
            (["From": "whatsapp:+5215512345678", "WaId": "5215512345678"], []),
            (["From": "whatsapp:+525512345678", "WaId": "5215512345678"], []),
            (["From": "whatsapp:US.abc", "WaId": "15551234567"], ["whatsapp:+15551234567"]),
            (["From": "whatsapp:+15551234567", "ExternalUserIdentifier": "US.abc"], ["whatsapp:US.abc"]),
            (["From": "whatsapp:+15551234567", "ExternalUserIdentifier": "whatsapp:US.abc"], ["whatsapp:US.abc"]),
            (["From": "whatsapp:US.abc", "ExternalUserIdentifier": "US.abc", "WaId": ""], []),
            (["From": "+15551234567", "ExternalUserIdentifier": "US.abc"], []),
        ] as [([String: String], [String])])
    func theOtherNamesOfACustomerAreRead(_ fields: [String: String], _ expected: [String]) throws {
        let rest = Self.minimal.filter { fields[$0.name] == nil }
        let form = FormFields(rest + fields.map { (name: $0.key, value: $0.value) })
        #expect(try TwilioInbound(form).message.otherAddresses == expected)
    }

    @Test func boundsHold() throws {
        #expect(throws: TwilioFormError.tooLong("Body")) {
            try Self.read(["Body": String(repeating: "x", count: 65_537)])
        }
        var media = Dictionary(uniqueKeysWithValues: (0..<50).map { ("MediaUrl\($0)", "https://x.example/\($0)") })
        media["NumMedia"] = "50"
        #expect(try Self.read(media).message.media.count == 10)
        for count in ["-1", "x", "", "99999999999999999999", "0"] {
            media["NumMedia"] = count
            #expect(try Self.read(media).message.media.isEmpty, "\(count)")
        }
        #expect(try Self.read(["NumMedia": "2"]).message.media.isEmpty, "counted files without an address")
        #expect(try Self.read(["ProfileName": String(repeating: "n", count: 999)]).message.contactName?.count == 255)
    }

    @Test(arguments: [
        (["MessageType": "video"], MessageType.video), (["MessageType": "document"], .document),
        (["MessageType": "sticker"], .sticker), (["MessageType": "contacts"], .contact),
        (["MessageType": "reaction"], .reaction), (["MessageType": "hologram"], .unsupported),
        (["MessageType": "hologram", "Body": "hi"], .text),
        (["NumMedia": "1", "MediaUrl0": "https://x.example", "MediaContentType0": "Video/MP4"], .video),
        (["NumMedia": "1", "MediaUrl0": "https://x.example", "MediaContentType0": "text/x-vcard"], .contact),
        (["NumMedia": "1", "MediaUrl0": "https://x.example"], .document), ([:], .text),
    ])
    func typesAreReadOrGuessedFromTheFile(_ fields: [String: String], _ type: MessageType) throws {
        #expect(try Self.read(fields).message.type == type)
    }

    @Test func aReadMayComeAsAnEventOnly() throws {
        let form = FormFields([("MessageSid", "SM1"), ("MessageStatus", "delivered"), ("EventType", "READ")])
        #expect(try TwilioStatusUpdate(form).status == .read)
    }

    @Test func whatTwilioSaysOfAFailureIsKeptWithinBounds() throws {
        let base = [
            (name: "MessageSid", value: "SM1"), (name: "MessageStatus", value: "failed"),
            (name: "ErrorCode", value: "63016"),
        ]
        #expect(try TwilioStatusUpdate(FormFields(base)).errorReason?.contains("24 hours") == true)
        let long = (name: "ChannelStatusMessage", value: String(repeating: "x", count: 999))
        #expect(try TwilioStatusUpdate(FormFields(base + [long])).errorReason?.contains("24 hours") == true)
        let unknown = base.dropLast() + [(name: "ErrorCode", value: "99999")]
        #expect(try TwilioStatusUpdate(FormFields(unknown + [long])).errorReason?.count == 300)
        #expect(try TwilioStatusUpdate(FormFields(Array(unknown))).errorReason == TwilioStatusUpdate.noReason)
    }

    @Test func aStatusWithANewWordChangesNothing() throws {
        let form = FormFields([("MessageSid", "SM1"), ("MessageStatus", "teleported"), ("ErrorCode", "0")])
        let update = try TwilioStatusUpdate(form)
        #expect(update.status == nil && update.word == "teleported" && update.errorCode == nil)
        #expect(throws: TwilioFormError.missing("MessageStatus")) {
            try TwilioStatusUpdate(FormFields([("MessageSid", "SM1")]))
        }
        #expect(throws: TwilioFormError.missing("MessageSid")) {
            try TwilioStatusUpdate(FormFields([("MessageStatus", "sent")]))
        }
    }

    /// Whatever bytes arrive, reading ends in a value or a typed error.
    @Test func bentFormsNeverCrash() throws {
        let file = try Vectors.load("twilio_webhook_examples.json", as: File.self)
        var random = SeededGenerator(seed: 11)
        for example in file.webhooks.sorted(by: { $0.key < $1.key }).map(\.value) {
            for _ in 0..<200 {
                var bytes = Array(example.body.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                guard let form = FormFields(decoding: bytes) else { continue }
                _ = try? TwilioInbound(form)
                _ = try? TwilioStatusUpdate(form)
            }
        }
    }
}
