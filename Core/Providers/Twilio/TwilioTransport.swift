import FoundationEssentials
import Outbound
import Web

/// One account's requests to Twilio's REST API, and what its answers mean.
struct TwilioTransport: Sendable {
    /// Whether a request whose answer was lost may simply be made again.
    enum Repeatability: Sendable {
        case repeatable
        /// It makes something: after a lost answer, look before asking again.
        case once
    }

    static let maximumAnswer = 2 << 20

    let http: HTTPClient
    let accountSID: String
    let authToken: String

    func get(_ url: String) async throws(TwilioError) -> [UInt8] {
        try await perform("GET", url, form: nil, .repeatable)
    }

    func post(_ url: String, _ form: FormFields, _ repeatability: Repeatability) async throws(TwilioError) -> [UInt8] {
        try await perform("POST", url, form: form, repeatability)
    }

    func delete(_ url: String) async throws(TwilioError) {
        _ = try await perform("DELETE", url, form: nil, .repeatable)
    }

    /// Reads an answer. One that can't be read says nothing about what happened: `unknown` if the request made something.
    func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], _ repeatability: Repeatability
    ) throws(TwilioError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw TwilioError(
                kind: repeatability == .once ? .unknown : .retry(after: nil),
                reason: "Twilio's answer could not be read.")
        }
    }

    var authorization: String {
        "Basic " + Data("\(accountSID):\(authToken)".utf8).base64EncodedString()
    }

    private func perform(
        _ method: String, _ url: String, form: FormFields?, _ repeatability: Repeatability
    ) async throws(TwilioError) -> [UInt8] {
        var headers = [(name: "Authorization", value: authorization), (name: "Accept", value: "application/json")]
        if form != nil { headers.append(("Content-Type", "application/x-www-form-urlencoded")) }
        let request = OutboundRequest(
            method: method, url: url, headers: headers, body: form.map { Array($0.encoded.utf8) } ?? [],
            timeout: TwilioClient.timeout, maximumResponse: Self.maximumAnswer)
        let response: OutboundResponse
        do {
            response = try await http.send(request)
        } catch {
            throw TwilioError(error, repeatability)
        }
        guard (200..<300).contains(response.status) else { throw TwilioError(response, repeatability) }
        return response.body
    }
}

// MARK: What a failure means

extension TwilioError {
    /// No answer came.
    init(_ error: OutboundError, _ repeatability: TwilioTransport.Repeatability) {
        if error.mayHaveArrived, repeatability == .once {
            self.init(kind: .unknown, reason: "Twilio gave no answer; the request may have arrived.")
            return
        }
        switch error.code {
        case .badURL, .forbiddenAddress, .tooLarge, .tooManyRedirects:
            self.init(kind: .permanent, reason: "Twilio can't be asked: \(error.code.rawValue).")
        case .unreachable, .timedOut, .broken:
            self.init(kind: .retry(after: nil), reason: "Twilio could not be reached.")
        }
    }

    /// An answer that is no success. Twilio's own code decides first, then the HTTP status.
    init(_ response: OutboundResponse, _ repeatability: TwilioTransport.Repeatability) {
        let body = try? JSONDecoder().decode(TwilioFault.self, from: Data(response.body))
        let code = body?.code
        let errorClass = code.map(TwilioErrorClass.init)
        let wait = response.header("retry-after").flatMap(seconds)
        // With a code, even an unknown one, it is Twilio that refused: nothing was made.
        let byStatus = Kind(status: response.status, retryAfter: wait, code == nil ? repeatability : .repeatable)
        self.init(
            kind: errorClass?.kind(retryAfter: wait) ?? byStatus, code: code, httpStatus: response.status,
            reason: code.map(TwilioErrorClass.sentence) ?? "Twilio answered with status \(response.status).")
    }
}

extension TwilioError.Kind {
    /// An answer without one of Twilio's codes comes from something in between: a 5xx may have been acted on.
    fileprivate init(status: Int, retryAfter: Double?, _ repeatability: TwilioTransport.Repeatability) {
        switch status {
        case 429, 503: self = .retry(after: retryAfter)
        case 408, 500...: self = repeatability == .once ? .unknown : .retry(after: retryAfter)
        default: self = .permanent
        }
    }
}

extension TwilioErrorClass {
    /// `nil` where the HTTP status has to say.
    fileprivate func kind(retryAfter: Double?) -> TwilioError.Kind? {
        switch self {
        case .windowClosed: .windowClosed
        case .optedOut: .optedOut
        case .rateLimit, .retryLater: .retry(after: retryAfter)
        case .badRecipient, .notAllowed, .badSender, .content, .template, .auth, .numberPurchase, .webhook, .notFound:
            .permanent
        case .other: nil
        }
    }
}

/// `{code, message, more_info, status}`; the message may quote what was sent, so it is not kept.
private struct TwilioFault: Decodable {
    let code: Int?
}

/// Seconds of `Retry-After`, at most an hour. Its date form would need a clock; Twilio sends seconds.
private func seconds(_ text: String) -> Double? {
    guard let value = Int(text), value >= 0 else { return nil }
    return Double(min(value, 3_600))
}
