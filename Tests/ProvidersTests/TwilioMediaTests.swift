import Domain
import FoundationEssentials
import Outbound
import Providers
import Support
import Testing

@Suite struct TwilioMediaTests {
    private static let url = "\(Twilio.base)/Messages/MM1/Media/ME1"
    private static let cdn = "https://mms.twiliocdn.com/AC1/ME1?Expires=1&Signature=a%2Bb"

    private static func media(_ http: RecordingHTTP, base: String = "https://api.twilio.com") -> TwilioMedia {
        TwilioMedia(http: http.client, accountSID: Twilio.account, authToken: Twilio.token, apiBaseURL: base)
    }

    private static func redirect(_ location: String, _ status: Int = 307) -> Result<OutboundResponse, OutboundError> {
        .success(OutboundResponse(status: status, headers: [("location", location)]))
    }

    private static func file(_ type: String = "image/jpeg; x=1") -> Result<OutboundResponse, OutboundError> {
        .success(OutboundResponse(status: 200, headers: [("content-type", type)], body: [1, 2, 3]))
    }

    private static func download(_ http: RecordingHTTP, _ url: String = url) async throws(TwilioMediaError)
        -> TwilioFile
    {
        try await media(http).download(MediaReference(url: url, contentType: "image/png"))
    }

    @Test func credentialsGoToTheAPIAndNeverToTheContentNetwork() async throws {
        let http = RecordingHTTP([Self.redirect(Self.cdn), Self.file()])
        let file = try await Self.download(http)
        #expect(file.contentType == "image/jpeg" && file.bytes == [1, 2, 3])
        let requests = http.requests
        #expect(requests.map(\.url) == [Self.url, Self.cdn])
        #expect(requests[0].header("authorization")?.hasPrefix("Basic ") == true)
        #expect(requests[1].headers.isEmpty)
        #expect(requests.allSatisfy { $0.redirects == 0 && $0.maximumResponse == 16 << 20 && $0.method == "GET" })
    }

    @Test func aRedirectWithinTheAPIKeepsThem() async throws {
        let http = RecordingHTTP([
            Self.redirect("/2010-04-01/Accounts/\(Twilio.account)/Messages/MM1/Media/ME2"), Self.file(),
        ])
        _ = try await Self.download(http)
        #expect(http.requests[1].url == "\(Twilio.base)/Messages/MM1/Media/ME2")
        #expect(http.requests[1].header("authorization") != nil)
    }

    @Test(arguments: [
        "", "ME1", "ftp://api.twilio.com/x", "http://api.twilio.com/2010-04-01/Accounts/\(Twilio.account)/Media/1",
        "https://evil.example/2010-04-01/Accounts/\(Twilio.account)/Media/1",
        "https://api.twilio.com.evil.example/2010-04-01/Accounts/\(Twilio.account)/Media/1",
        "https://api.twilio.com@evil.example/2010-04-01/Accounts/\(Twilio.account)/Media/1",
        "https://api.twilio.com\\@evil.example/2010-04-01/Accounts/\(Twilio.account)/Media/1",
        "https://api.twilio.com:444/2010-04-01/Accounts/\(Twilio.account)/Media/1",
        "https://api.twilio.com/2010-04-01/Accounts/ACother/Messages/MM1/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/\(Twilio.account)/../ACother/Media/ME1",
        "https://api.twilio.com/2010-04-01/Accounts/\(Twilio.account)/%2e%2e/ACother/Media/ME1",
        "https://mms.twiliocdn.com/AC1/ME1", "http://169.254.169.254/latest/meta-data", "https://api.twilio.com/ x",
    ])
    func nothingButOurAccountsMediaIsAskedFor(_ url: String) async {
        let http = RecordingHTTP([Self.file()])
        await #expect(throws: TwilioMediaError.notTwilio) { try await Self.download(http, url) }
        #expect(http.requests.isEmpty)
    }

    @Test(arguments: [
        "https://evil.example/x", "http://mms.twiliocdn.com/x", "https://eviltwiliocdn.com/x", "//evil.example/x",
        "https://twiliocdn.com@evil.example/", "https://s3-external-1.amazonaws.com/other-bucket/x",
        "http://127.0.0.1/x",
        "javascript:1", "",
    ])
    func aRedirectElsewhereIsNotFollowed(_ location: String) async {
        let http = RecordingHTTP([Self.redirect(location, 302), Self.file()])
        await #expect(throws: TwilioMediaError.notTwilio) { try await Self.download(http) }
        #expect(http.requests.count == 1)
    }

    @Test func redirectsEnd() async {
        let http = RecordingHTTP([Self.redirect(Self.cdn)])
        await #expect(throws: TwilioMediaError.notTwilio) { try await Self.download(http) }
        #expect(http.requests.count == 4)
    }

    @Test(arguments: [
        (404, TwilioMediaError.gone), (410, .gone), (401, .refused), (403, .refused), (429, .retry), (500, .retry),
        (503, .retry),
    ])
    func statusesSayWhatToDo(_ status: Int, _ error: TwilioMediaError) async {
        await #expect(throws: error) { try await Self.download(RecordingHTTP(status, "")) }
    }

    @Test(arguments: [
        (OutboundError.Code.tooLarge, TwilioMediaError.tooLarge), (.timedOut, .retry), (.unreachable, .retry),
        (.forbiddenAddress, .notTwilio),
    ])
    func failuresSayWhatToDo(_ code: OutboundError.Code, _ error: TwilioMediaError) async {
        await #expect(throws: error) { try await Self.download(RecordingHTTP([.failure(OutboundError(code))])) }
    }

    /// A simulator speaks plain HTTP on a port of its own.
    @Test func anotherBaseIsAnotherOrigin() async throws {
        let base = "http://127.0.0.1:4010"
        let url = "\(base)/2010-04-01/Accounts/\(Twilio.account)/Messages/MM1/Media/ME1"
        let http = RecordingHTTP([Self.file("audio/ogg")])
        let file = try await Self.media(http, base: base).download(MediaReference(url: url, contentType: "x/y"))
        #expect(file.contentType == "audio/ogg" && http.requests[0].header("authorization") != nil)
        await #expect(throws: TwilioMediaError.notTwilio) {
            try await Self.media(http, base: base).download(MediaReference(url: Self.url, contentType: "x/y"))
        }
    }

    /// And keeps the files there; they need no credentials.
    @Test func aSimulatorsFilesAreFetchedWithoutCredentials() async throws {
        let base = "http://127.0.0.1:4010"
        let url = "\(base)/2010-04-01/Accounts/\(Twilio.account)/Messages/MM1/Media/ME1"
        let http = RecordingHTTP([Self.redirect("\(base)/sandbox/samples/menu.png"), Self.file("image/png")])
        _ = try await Self.media(http, base: base).download(MediaReference(url: url, contentType: "x/y"))
        #expect(http.requests.map { $0.header("authorization") != nil } == [true, false])
    }
}
