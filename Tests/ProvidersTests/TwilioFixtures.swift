import Domain
import FoundationEssentials
import Outbound
import Providers
import Support

/// One account, the official hosts, and answers in the published shape.
enum Twilio {
    static let account = "AC00112233445566778899aabbccddeeff"
    static let token = "12345678901234567890123456789012"
    static let numberSID = "PN00112233445566778899aabbccddeeff"
    static let messageSID = "SM00112233445566778899aabbccddeeff"
    static let base = "https://api.twilio.com/2010-04-01/Accounts/\(account)"
    static let webhooks = TwilioWebhooks(
        inbound: "https://bot.example.com/in", status: "https://bot.example.com/status")
    static let draft = TwilioDraft(
        to: "whatsapp:+5511987654321", from: "whatsapp:+14155238886", body: "Olá & 1+1=2\n\u{1f60a}",
        mediaURLs: ["https://bot.example.com/a.png", "https://bot.example.com/b.png?x=1"],
        statusCallback: "https://bot.example.com/status?message=1")

    static func client(_ http: RecordingHTTP) -> TwilioClient {
        .live(
            http: http.client, accountSID: account, authToken: token, apiBaseURL: "https://api.twilio.com",
            messagingBaseURL: "https://messaging.twilio.com")
    }

    static func message(
        _ sid: String = messageSID, created: String = "Fri, 20 Nov 2026 10:00:00 +0000", body: String = "hi"
    ) -> String {
        """
        {"sid":"\(sid)","status":"queued","body":"\(body)","to":"whatsapp:+5511987654321","from":"whatsapp:+14155238886",
        "date_created":"\(created)","date_sent":null,"error_code":null,"price":null,"num_media":"0","new_field":{"x":1}}
        """
    }

    static let number = """
        {"sid":"\(numberSID)","phone_number":"+14155550100","friendly_name":"Ana","sms_url":"https://bot.example.com/in",
        "capabilities":{"sms":true,"mms":false,"voice":true,"fax":false}}
        """

    static let available = """
        {"available_phone_numbers":[
        {"phone_number":"+14155550100","friendly_name":"(415) 555-0100","locality":"San Francisco","region":"CA",
        "iso_country":"US","capabilities":{"voice":true,"SMS":true,"MMS":false},"beta":false},
        {"phone_number":"+14155550101","friendly_name":null,"locality":null,"region":null,"iso_country":"US","capabilities":null}]}
        """

    static func numbers(_ sids: [String], next: String?) -> String {
        let rows = sids.map { #"{"sid":"\#($0)","phone_number":"+14155550100","friendly_name":null,"sms_url":""}"# }
        let link = next.map { "\"\($0)\"" } ?? "null"
        return #"{"incoming_phone_numbers":[\#(rows.joined(separator: ","))],"next_page_uri":\#(link)}"#
    }
}

/// Every operation once, with the description that judges it and an answer that it understands.
struct TwilioOperation: Sendable, CustomStringConvertible {
    let name: String
    let spec: String
    let answer: String
    /// Makes something: a lost answer leaves it unknown whether it did.
    let makesSomething: Bool
    let run: @Sendable (TwilioClient) async throws(TwilioError) -> Void

    var description: String { name }

    init(
        _ name: String, spec: String = "twilio_api_v2010.json", answer: String, makesSomething: Bool = false,
        run: @escaping @Sendable (TwilioClient) async throws(TwilioError) -> Void
    ) {
        self.name = name
        self.spec = spec
        self.answer = answer
        self.makesSomething = makesSomething
        self.run = run
    }

    static let all: [TwilioOperation] = [
        TwilioOperation("send", answer: Twilio.message(), makesSomething: true) { client throws(TwilioError) in
            _ = try await client.send(Twilio.draft)
        },
        TwilioOperation("messages", answer: #"{"messages":[\#(Twilio.message())]}"#) { client throws(TwilioError) in
            _ = try await client.messages("whatsapp:+5511987654321", "whatsapp:+14155238886", .distantPast)
        },
        TwilioOperation("showTyping", spec: "twilio_messaging_v2.json", answer: #"{"success":true}"#) {
            client throws(TwilioError) in
            try await client.showTyping(Twilio.messageSID)
        },
        TwilioOperation("searchAvailableNumbers", answer: Twilio.available) { client throws(TwilioError) in
            let search = TwilioNumberSearch(country: "US", kind: .local, areaCode: "415", contains: "555*", limit: 20)
            _ = try await client.numbers.searchAvailableNumbers(search)
        },
        TwilioOperation("purchasePhoneNumber", answer: Twilio.number, makesSomething: true) {
            client throws(TwilioError) in
            _ = try await client.numbers.purchasePhoneNumber(
                "+14155550100", "Ana & Co", TwilioPapers(), Twilio.webhooks)
        },
        TwilioOperation("updateNumberWebhook", answer: Twilio.number) { client throws(TwilioError) in
            _ = try await client.numbers.updateNumberWebhook(Twilio.numberSID, Twilio.webhooks)
        },
        TwilioOperation("getPhoneNumberDetails", answer: Twilio.number) { client throws(TwilioError) in
            _ = try await client.numbers.getPhoneNumberDetails(Twilio.numberSID)
        },
        TwilioOperation("listAllPhoneNumbers", answer: Twilio.numbers([Twilio.numberSID], next: nil)) {
            client throws(TwilioError) in
            _ = try await client.numbers.listAllPhoneNumbers("+14155550100")
        },
        TwilioOperation("releasePhoneNumber", answer: "") { client throws(TwilioError) in
            try await client.numbers.releasePhoneNumber(Twilio.numberSID)
        },
    ]
}
