import FoundationEssentials
import Outbound
import Providers
import Support
import Testing

@Suite struct TwilioErrorTests {
    private struct ClassFile: Decodable {
        let classes: [String: [Int]]
    }

    @Test func theTableIsTheFactSheets() throws {
        let classes = try Vectors.load("twilio_error_classes.json", as: ClassFile.self).classes
        #expect(classes.count == TwilioErrorClass.allCases.count - 1)
        for (name, codes) in classes {
            let known = try #require(TwilioErrorClass(rawValue: name), "\(name)")
            #expect(known.codes == Set(codes), "\(name)")
            for code in codes { #expect(TwilioErrorClass(code: code) == known, "\(code)") }
        }
    }

    /// K22: each sentence is true when Twilio refuses and when it reports later, quotes nothing, and belongs to a code of the table.
    @Test func everyCodeHasOneTrueSentence() {
        let codes = TwilioErrorClass.allCases.flatMap(\.codes)
        #expect(Set(codes).count == codes.count, "a code of two classes")
        #expect(Set(TwilioErrorClass.sentences.keys).isSubset(of: codes))
        #expect(TwilioErrorClass.sentences.count > 50)
        for code in codes {
            let sentence = TwilioErrorClass.sentence(of: code)
            #expect(sentence.hasSuffix(".") && sentence.count < 120 && sentence.first?.isUppercase == true, "\(code)")
            for promise in ["again", "later", "retr"] {
                #expect(!sentence.contains(promise), "\(code) promises something")
            }
        }
        for code in TwilioErrorClass.optedOut.codes {
            #expect(!TwilioErrorClass(code: code).needsPerson, "\(code)")
        }
        for code in [20003, 63007, 21211, 63016, 63018, 30001] {
            #expect(TwilioErrorClass(code: code).needsPerson, "\(code)")
        }
    }

    private static func kind(_ errorClass: TwilioErrorClass) -> TwilioError.Kind {
        switch errorClass {
        case .windowClosed: .windowClosed
        case .optedOut: .optedOut
        case .rateLimit, .retryLater: .retry(after: 7)
        default: .permanent
        }
    }

    @Test(arguments: TwilioErrorClass.allCases.flatMap { known in known.codes.sorted().map { ($0, known) } })
    func everyCodeSaysWhatToDo(_ code: Int, _ known: TwilioErrorClass) async {
        let http = RecordingHTTP(
            code == 20429 ? 429 : 400, headers: [("retry-after", "7")],
            #"{"code":\#(code),"message":"secret words of the customer","more_info":"x","status":400}"#)
        let error = await #expect(throws: TwilioError.self) { try await Twilio.client(http).send(Twilio.draft) }
        #expect(
            error?.kind == Self.kind(known) && error?.code == code
                && error?.reason == TwilioErrorClass.sentence(of: code))
        #expect(error?.description.contains("secret") == false)
    }

    @Test(
        arguments: [
            (429, nil, TwilioError.Kind.retry(after: nil)), (429, "30", .retry(after: 30)),
            (429, "999999", .retry(after: 3_600)),
            (429, "-1", .retry(after: nil)), (429, "Fri, 20 Nov 2026 10:00:00 GMT", .retry(after: nil)),
            (503, "5", .retry(after: 5)), (500, nil, .unknown), (502, nil, .unknown), (504, nil, .unknown),
            (408, nil, .unknown),
            (400, nil, .permanent), (401, nil, .permanent), (302, nil, .permanent), (404, nil, .permanent),
        ] as [(Int, String?, TwilioError.Kind)])
    func anAnswerWithoutACodeIsJudgedByItsStatus(_ status: Int, _ wait: String?, _ kind: TwilioError.Kind) async {
        for body in ["", "<html>Bad gateway</html>", "{}", "[1]", #"{"code":"x"}"#] {
            let headers = wait.map { [(name: "retry-after", value: $0)] } ?? []
            let http = RecordingHTTP(status, headers: headers, body)
            let error = await #expect(throws: TwilioError.self) { try await Twilio.client(http).send(Twilio.draft) }
            #expect(error?.kind == kind && error?.httpStatus == status && error?.code == nil, "\(body)")
        }
    }

    @Test func anUnknownCodeIsJudgedByItsStatusAndRefusedByTwilioItself() async {
        for (status, kind) in [(400, TwilioError.Kind.permanent), (500, .retry(after: nil)), (429, .retry(after: nil))]
        {
            let http = RecordingHTTP(status, #"{"code":99999,"message":"new","status":\#(status)}"#)
            let error = await #expect(throws: TwilioError.self) { try await Twilio.client(http).send(Twilio.draft) }
            #expect(error?.kind == kind && error?.code == 99999, "\(status)")
        }
    }

    /// What made nothing may be asked again.
    @Test(arguments: TwilioOperation.all)
    func aLostAnswerIsUnknownOnlyIfSomethingMayHaveBeenMade(_ operation: TwilioOperation) async {
        let lost: [OutboundError.Code] = [.timedOut, .broken]
        for code in lost + [.unreachable] {
            let http = RecordingHTTP([.failure(OutboundError(code, detail: "api.twilio.com:443"))])
            let error = await #expect(throws: TwilioError.self) { try await operation.run(Twilio.client(http)) }
            let isUnknown = operation.makesSomething && lost.contains(code)
            #expect(error?.kind == (isUnknown ? .unknown : .retry(after: nil)), "\(code)")
            #expect(error?.description.contains("443") == false)
        }
    }

    @Test(arguments: [OutboundError.Code.badURL, .forbiddenAddress])
    func whatCannotLeaveWillNeverLeave(_ code: OutboundError.Code) async {
        for operation in TwilioOperation.all {
            let http = RecordingHTTP([.failure(OutboundError(code))])
            let error = await #expect(throws: TwilioError.self) { try await operation.run(Twilio.client(http)) }
            #expect(error?.kind == .permanent, "\(operation)")
        }
    }

    private static let garbage = [
        "", "null", "[]", "{}", "<Response/>", #"{"sid":1}"#, #"{"messages":[{"sid":"SM1"}]}"#, #"{"success":"yes"}"#,
        #"{"available_phone_numbers":[{"friendly_name":"x"}]}"#, #"{"incoming_phone_numbers":{}}"#, "\u{0}\u{1}",
    ]

    @Test(arguments: TwilioOperation.all.filter { $0.name != "releasePhoneNumber" })
    func anAnswerThatCannotBeReadIsATypedError(_ operation: TwilioOperation) async {
        for body in Self.garbage {
            let http = RecordingHTTP(200, body)
            let error = await #expect(throws: TwilioError.self, "\(body)") {
                try await operation.run(Twilio.client(http))
            }
            #expect(error?.kind == (operation.makesSomething ? .unknown : .retry(after: nil)), "\(body)")
        }
    }

    @Test func aRefusedTypingIndicatorIsAnError() async {
        let http = RecordingHTTP(200, #"{"success":false}"#)
        let error = await #expect(throws: TwilioError.self) {
            try await Twilio.client(http).showTyping(Twilio.messageSID)
        }
        #expect(error?.kind == .permanent)
    }
}
