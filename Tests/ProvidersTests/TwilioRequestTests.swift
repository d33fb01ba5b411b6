import FoundationEssentials
import Outbound
import Providers
import Support
import Testing

/// The bytes that leave, and what is made of the answers.
@Suite struct TwilioRequestTests {
    private static let messageBody =
        "To=whatsapp%3A%2B5511987654321&From=whatsapp%3A%2B14155238886&Body=Ol%C3%A1+%26+1%2B1%3D2%0A%F0%9F%98%8A"
        + "&MediaUrl=https%3A%2F%2Fbot.example.com%2Fa.png&MediaUrl=https%3A%2F%2Fbot.example.com%2Fb.png%3Fx%3D1"
        + "&StatusCallback=https%3A%2F%2Fbot.example.com%2Fstatus%3Fmessage%3D1"
    private static let webhookBody =
        "SmsUrl=https%3A%2F%2Fbot.example.com%2Fin&SmsMethod=POST"
        + "&SmsFallbackUrl=https%3A%2F%2Fbot.example.com%2Fin&SmsFallbackMethod=POST"
        + "&StatusCallback=https%3A%2F%2Fbot.example.com%2Fstatus&StatusCallbackMethod=POST"

    private static let expected: [String: (method: String, url: String, body: String)] = [
        "send": ("POST", "\(Twilio.base)/Messages.json", messageBody),
        "messages": (
            "GET",
            "\(Twilio.base)/Messages.json?To=whatsapp%3A%2B5511987654321&From=whatsapp%3A%2B14155238886&PageSize=200",
            ""
        ),
        "showTyping": (
            "POST", "https://messaging.twilio.com/v2/Indicators/Typing.json",
            "messageId=\(Twilio.messageSID)&channel=whatsapp"
        ),
        "searchAvailableNumbers": (
            "GET",
            "\(Twilio.base)/AvailablePhoneNumbers/US/Local.json?SmsEnabled=true&PageSize=20&AreaCode=415&Contains=555*",
            ""
        ),
        "purchasePhoneNumber": (
            "POST", "\(Twilio.base)/IncomingPhoneNumbers.json",
            "PhoneNumber=%2B14155550100&FriendlyName=Ana+%26+Co&" + webhookBody
        ),
        "updateNumberWebhook": ("POST", "\(Twilio.base)/IncomingPhoneNumbers/\(Twilio.numberSID).json", webhookBody),
        "getPhoneNumberDetails": ("GET", "\(Twilio.base)/IncomingPhoneNumbers/\(Twilio.numberSID).json", ""),
        "listAllPhoneNumbers": (
            "GET", "\(Twilio.base)/IncomingPhoneNumbers.json?PageSize=100&PhoneNumber=%2B14155550100", ""
        ),
        "releasePhoneNumber": ("DELETE", "\(Twilio.base)/IncomingPhoneNumbers/\(Twilio.numberSID).json", ""),
    ]

    /// K25: papers that a country wants go with the purchase.
    @Test func papersAreSentWithThePurchase() async throws {
        let http = RecordingHTTP(200, Twilio.number)
        _ = try await Twilio.client(http).numbers.purchasePhoneNumber(
            "+493023125000", "n", TwilioPapers(addressSID: "AD1", bundleSID: "BU1"), Twilio.webhooks)
        #expect(http.requests.first?.text.contains("&AddressSid=AD1&BundleSid=BU1&SmsUrl=") == true)
    }

    @Test func theSearchSaysWhoseAddressIsWanted() async throws {
        for (word, expected) in [
            ("\"none\"", TwilioAvailableNumber.AddressRequirement.none), ("\"any\"", .any), ("\"local\"", .local),
            ("\"foreign\"", .foreign), ("\"new\"", .any), ("null", .none),
        ] {
            let http = RecordingHTTP(
                200, #"{"available_phone_numbers":[{"phone_number":"+49302312500","address_requirements":\#(word)}]}"#)
            let found = try await Twilio.client(http).numbers.searchAvailableNumbers(TwilioNumberSearch(country: "DE"))
            #expect(found.map(\.addressRequirement) == [expected], "\(word)")
        }
    }

    /// Twilio answers 404 for a country that has no numbers of the kind.
    @Test func aKindThatIsNotSoldThereIsAnEmptySearch() async throws {
        let http = RecordingHTTP(404, #"{"code":20404,"message":"not found","status":404}"#)
        let found = try await Twilio.client(http).numbers.searchAvailableNumbers(TwilioNumberSearch(country: "AQ"))
        #expect(found.isEmpty)
    }

    @Test(arguments: TwilioOperation.all)
    func everyOperationSendsExactlyThis(_ operation: TwilioOperation) async throws {
        let http = RecordingHTTP(operation.name == "releasePhoneNumber" ? 204 : 200, operation.answer)
        try await operation.run(Twilio.client(http))
        let request = try #require(http.requests.first)
        let expected = try #require(Self.expected[operation.name], "no expectation for \(operation)")
        #expect(http.requests.count == 1)
        #expect(request.method == expected.method)
        #expect(request.url == expected.url)
        #expect(request.text == expected.body)
        #expect(request.timeout == 15 && request.redirects == 0)
        let basic = Data("\(Twilio.account):\(Twilio.token)".utf8).base64EncodedString()
        #expect(request.header("authorization") == "Basic \(basic)")
        let type = request.header("content-type")
        #expect(type == (expected.method == "POST" ? "application/x-www-form-urlencoded" : nil))
    }

    @Test func aSentMessageIsRead() async throws {
        let sent = try await Twilio.client(RecordingHTTP(201, Twilio.message())).send(Twilio.draft)
        #expect(sent.sid == Twilio.messageSID && sent.status == "queued" && sent.errorCode == nil)
        // 2026-11-20 10:00 UTC
        #expect(sent.createdAt == Date(timeIntervalSince1970: 1_795_168_800))
    }

    @Test func withoutMediaAndCallbackTheFieldsAreAbsent() async throws {
        let http = RecordingHTTP(201, Twilio.message())
        _ = try await Twilio.client(http).send(TwilioDraft(to: "a", from: "b", body: "c"))
        #expect(http.requests.first?.text == "To=a&From=b&Body=c")
    }

    @Test(arguments: [
        TwilioDraft(to: "a", from: "b", body: ""),
        TwilioDraft(to: "a", from: "b", body: "c", mediaURLs: Array(repeating: "https://x.example/", count: 11)),
    ])
    func anImpossibleMessageIsNotSent(_ draft: TwilioDraft) async {
        let http = RecordingHTTP(201, Twilio.message())
        let error = await #expect(throws: TwilioError.self) { try await Twilio.client(http).send(draft) }
        #expect(error?.kind == .permanent && http.requests.isEmpty)
    }

    @Test func messagesAreFilteredByTheirMakingAndNewestFirst() async throws {
        let dates = [
            "Fri, 20 Nov 2026 09:59:59 +0000", "Fri, 20 Nov 2026 10:00:00 +0000", "20 Nov 2026 12:00:05 +0100",
        ]
        let rows = dates.enumerated().map { Twilio.message("SM\($0.offset)", created: $0.element) }
        let http = RecordingHTTP(200, #"{"messages":[\#(rows.joined(separator: ","))]}"#)
        // Half a second into a second that Twilio writes without its fraction.
        let since = Date(timeIntervalSince1970: 1_795_168_800.5)
        let listed = try await Twilio.client(http).messages("a", "b", since)
        #expect(listed.map(\.sid) == ["SM2", "SM1"])
    }

    @Test(arguments: [
        ("Fri, 20 Nov 2026 12:00:05 +0100", 1_795_172_405.0), ("20 Nov 2026 05:00:05 -0600", 1_795_172_405),
        ("Fri, 20 Nov 2026 11:00 GMT", 1_795_172_400), ("Thu, 01 Jan 1970 00:00:00 +0000", 0),
        ("2026-11-20T11:00:00Z", nil), ("Fri, 31 Feb 2026 11:00:00 +0000", nil),
        ("Fri, 20 Nov 2026 24:00:00 +0000", nil),
        ("Fri, 20 Nov 2026 11:00:00", nil), ("Fri, 20 Nov 2026 11:00:00 +-100", nil), ("", nil),
    ])
    func datesAreReadWithTheirZone(_ text: String, _ seconds: Double?) async throws {
        let sent = try await Twilio.client(RecordingHTTP(201, Twilio.message(created: text))).send(Twilio.draft)
        #expect(sent.createdAt?.timeIntervalSince1970 == seconds)
    }

    @Test func availableNumbersAreReadInBothSpellings() async throws {
        let http = RecordingHTTP(200, Twilio.available)
        let found = try await Twilio.client(http).numbers.searchAvailableNumbers(
            TwilioNumberSearch(country: "US", limit: 900))
        #expect(http.requests.first?.url.contains("PageSize=50") == true)
        #expect(
            found.count == 2 && found[0].sms && !found[0].mms && found[0].voice && found[0].locality == "San Francisco")
        #expect(found[1].friendlyName == "+14155550101" && !found[1].sms)
    }

    @Test(arguments: ["us", "USA", "", "U/", "../"])
    func aCountryIsTwoCapitalLetters(_ country: String) async {
        let http = RecordingHTTP(200, Twilio.available)
        let error = await #expect(throws: TwilioError.self) {
            try await Twilio.client(http).numbers.searchAvailableNumbers(TwilioNumberSearch(country: country))
        }
        #expect(error?.kind == .permanent && http.requests.isEmpty)
    }

    @Test(arguments: [
        "", "PN1", "../Messages", "PN00112233445566778899aabbccddee/.", "SM00112233445566778899aabbccddeeff",
    ])
    func onlyAnIdGoesIntoAPath(_ sid: String) async {
        let http = RecordingHTTP(204, "")
        let error = await #expect(throws: TwilioError.self) {
            try await Twilio.client(http).numbers.releasePhoneNumber(sid)
        }
        #expect(error?.kind == .permanent && http.requests.isEmpty)
    }

    @Test func aNumberThatIsGoneCountsAsReleased() async throws {
        let body = #"{"code":20404,"message":"The requested resource was not found","status":404}"#
        try await Twilio.client(RecordingHTTP(404, body)).numbers.releasePhoneNumber(Twilio.numberSID)
    }

    @Test func listsAreReadPageByPageUpToABound() async throws {
        let next = "/2010-04-01/Accounts/\(Twilio.account)/IncomingPhoneNumbers.json?PageSize=100&Page=1&PageToken=PA1"
        let endless = RecordingHTTP(200, Twilio.numbers(["PN1", "PN2"], next: next))
        let numbers = try await Twilio.client(endless).numbers.listAllPhoneNumbers(nil)
        #expect(endless.requests.count == 10 && numbers.count == 20)
        #expect(endless.requests[1].url == "https://api.twilio.com" + next)
        #expect(numbers[0].friendlyName == "+14155550100" && numbers[0].inboundWebhook == nil)
        let two = RecordingHTTP(
            [Twilio.numbers(["PN1"], next: next), Twilio.numbers(["PN2"], next: nil)].map {
                .success(OutboundResponse(status: 200, body: Array($0.utf8)))
            })
        #expect(try await Twilio.client(two).numbers.listAllPhoneNumbers(nil).map(\.sid) == ["PN1", "PN2"])
    }

    /// Our credentials travel with every page.
    @Test(arguments: [
        "https://evil.example/x", "//evil.example/x", "@evil.example/", "/2010-04-01/Accounts/ACother/x.json?a=1",
    ])
    func aNextPageElsewhereIsNotFollowed(_ link: String) async {
        let http = RecordingHTTP(200, Twilio.numbers(["PN1"], next: link))
        let error = await #expect(throws: TwilioError.self) {
            try await Twilio.client(http).numbers.listAllPhoneNumbers(nil)
        }
        #expect(error?.kind == .permanent && http.requests.count == 1)
    }
}
