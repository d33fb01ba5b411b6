package import FoundationEssentials

/// Twilio's REST API as this product uses it. `TwilioClient.live` speaks to the account in the configuration; tests pass
/// their own closures. Source: Twilio's OpenAPI documents `twilio_api_v2010.json` and `twilio_messaging_v2.json`.
package struct TwilioClient: Sendable {
    /// Twilio's own bound on a request about a message is far lower; this is ours, real seconds.
    package static let timeout = 15.0

    /// `POST Messages.json`. There is no idempotency key on this API: see `TwilioError.mayHaveArrived`.
    package var send: @Sendable (TwilioDraft) async throws(TwilioError) -> TwilioMessage
    /// Outbound messages to one address sent on or after an instant, newest first, at most 200: reconciles unknown sends.
    package var messages:
        @Sendable (_ to: String, _ from: String, _ since: Date) async throws(TwilioError) -> [TwilioMessage]
    /// Typing indicator; also marks the inbound message as read.
    package var showTyping: @Sendable (_ inboundSID: String) async throws(TwilioError) -> Void
    package var numbers: TwilioNumbers

    package init(
        send: @escaping @Sendable (TwilioDraft) async throws(TwilioError) -> TwilioMessage,
        messages: @escaping @Sendable (String, String, Date) async throws(TwilioError) -> [TwilioMessage],
        showTyping: @escaping @Sendable (String) async throws(TwilioError) -> Void,
        numbers: TwilioNumbers
    ) {
        self.send = send
        self.messages = messages
        self.showTyping = showTyping
        self.numbers = numbers
    }
}

package struct TwilioDraft: Sendable, Equatable {
    /// With its channel prefix: `whatsapp:+15551234567`.
    package var to: String
    package var from: String
    /// At most 1,600 characters.
    package var body: String
    package var mediaURLs: [String]
    /// Where the status callbacks go; carries our message id, so that a callback also settles an unknown send.
    package var statusCallback: String?

    package init(to: String, from: String, body: String, mediaURLs: [String] = [], statusCallback: String? = nil) {
        self.to = to
        self.from = from
        self.body = body
        self.mediaURLs = mediaURLs
        self.statusCallback = statusCallback
    }
}

package struct TwilioMessage: Sendable, Equatable {
    package var sid: String
    /// Twilio's word: queued, accepted, sending, sent, delivered, read, failed, undelivered ...
    package var status: String
    package var body: String
    package var to: String
    package var from: String
    package var createdAt: Date?
    package var errorCode: Int?

    package init(
        sid: String, status: String, body: String, to: String, from: String, createdAt: Date? = nil,
        errorCode: Int? = nil
    ) {
        self.sid = sid
        self.status = status
        self.body = body
        self.to = to
        self.from = from
        self.createdAt = createdAt
        self.errorCode = errorCode
    }
}

/// Numbers of the account: found, bought, set up, given up.
package struct TwilioNumbers: Sendable {
    package var searchAvailableNumbers:
        @Sendable (TwilioNumberSearch) async throws(TwilioError) -> [TwilioAvailableNumber]
    /// Buys and points the webhook at us in the same call. A repeat must first look for the number with `listAllPhoneNumbers`.
    package var purchasePhoneNumber:
        @Sendable (_ number: String, _ friendlyName: String, _ papers: TwilioPapers, _ webhooks: TwilioWebhooks)
            async throws(TwilioError) -> TwilioNumber
    package var updateNumberWebhook:
        @Sendable (_ sid: String, _ webhooks: TwilioWebhooks) async throws(TwilioError) -> TwilioNumber
    package var releasePhoneNumber: @Sendable (_ sid: String) async throws(TwilioError) -> Void
    package var getPhoneNumberDetails: @Sendable (_ sid: String) async throws(TwilioError) -> TwilioNumber
    /// `number` narrows to one E.164 number; at most 1,000 are read.
    package var listAllPhoneNumbers: @Sendable (_ number: String?) async throws(TwilioError) -> [TwilioNumber]

    package init(
        searchAvailableNumbers:
            @escaping @Sendable (TwilioNumberSearch) async throws(TwilioError) -> [TwilioAvailableNumber],
        purchasePhoneNumber:
            @escaping @Sendable (String, String, TwilioPapers, TwilioWebhooks) async throws(TwilioError) -> TwilioNumber,
        updateNumberWebhook: @escaping @Sendable (String, TwilioWebhooks) async throws(TwilioError) -> TwilioNumber,
        releasePhoneNumber: @escaping @Sendable (String) async throws(TwilioError) -> Void,
        getPhoneNumberDetails: @escaping @Sendable (String) async throws(TwilioError) -> TwilioNumber,
        listAllPhoneNumbers: @escaping @Sendable (String?) async throws(TwilioError) -> [TwilioNumber]
    ) {
        self.searchAvailableNumbers = searchAvailableNumbers
        self.purchasePhoneNumber = purchasePhoneNumber
        self.updateNumberWebhook = updateNumberWebhook
        self.releasePhoneNumber = releasePhoneNumber
        self.getPhoneNumberDetails = getPhoneNumberDetails
        self.listAllPhoneNumbers = listAllPhoneNumbers
    }
}

package struct TwilioNumberSearch: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case local = "Local", mobile = "Mobile", tollFree = "TollFree" }
    /// ISO 3166-1 alpha-2.
    package var country: String
    package var kind: Kind
    package var areaCode: String?
    package var contains: String?
    /// 1...50.
    package var limit: Int

    package init(
        country: String, kind: Kind = .local, areaCode: String? = nil, contains: String? = nil, limit: Int = 20
    ) {
        self.country = country
        self.kind = kind
        self.areaCode = areaCode
        self.contains = contains
        self.limit = limit
    }
}

/// What a country's regulator wants to know about who holds a number. Both are made in the Twilio account.
package struct TwilioPapers: Sendable, Equatable {
    /// `AD...`
    package var addressSID: String?
    /// `BU...`, approved.
    package var bundleSID: String?

    package init(addressSID: String? = nil, bundleSID: String? = nil) {
        self.addressSID = addressSID
        self.bundleSID = bundleSID
    }
}

package struct TwilioAvailableNumber: Sendable, Equatable, Codable {
    /// Twilio's `address_requirements`: whose address must be given to buy the number.
    package enum AddressRequirement: String, Sendable, CaseIterable, Codable {
        case none, any, local, foreign
    }

    package var phoneNumber: String
    package var friendlyName: String
    package var locality: String?
    package var region: String?
    package var country: String
    package var sms: Bool
    package var mms: Bool
    package var voice: Bool
    package var addressRequirement: AddressRequirement

    package init(
        phoneNumber: String, friendlyName: String, locality: String?, region: String?, country: String, sms: Bool,
        mms: Bool, voice: Bool, addressRequirement: AddressRequirement = .none
    ) {
        self.phoneNumber = phoneNumber
        self.friendlyName = friendlyName
        self.locality = locality
        self.region = region
        self.country = country
        self.sms = sms
        self.mms = mms
        self.voice = voice
        self.addressRequirement = addressRequirement
    }
}

package struct TwilioWebhooks: Sendable, Equatable {
    package var inbound: String
    package var status: String

    package init(inbound: String, status: String) {
        self.inbound = inbound
        self.status = status
    }
}

package struct TwilioNumber: Sendable, Equatable, Codable {
    /// `PN...`
    package var sid: String
    package var phoneNumber: String
    package var friendlyName: String
    package var inboundWebhook: String?

    package init(sid: String, phoneNumber: String, friendlyName: String, inboundWebhook: String?) {
        self.sid = sid
        self.phoneNumber = phoneNumber
        self.friendlyName = friendlyName
        self.inboundWebhook = inboundWebhook
    }
}

/// A refusal or a failure, sorted by what to do about it.
package struct TwilioError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// 63016: only a template may be sent.
        case windowClosed
        /// 21610: the recipient said STOP.
        case optedOut
        /// Try again, after so many seconds if Twilio said so: 429, 20429, 5xx before acceptance.
        case retry(after: Double?)
        /// Will never succeed: bad recipient, content refused, credentials.
        case permanent
        /// No answer: the message may have been sent. Look before sending again.
        case unknown
    }

    package var kind: Kind
    /// Twilio's error code, when it gave one.
    package var code: Int?
    package var httpStatus: Int?
    /// A safe sentence for the inbox.
    package var reason: String

    package init(kind: Kind, code: Int? = nil, httpStatus: Int? = nil, reason: String) {
        self.kind = kind
        self.code = code
        self.httpStatus = httpStatus
        self.reason = reason
    }

    package var mayHaveArrived: Bool { kind == .unknown }
    package var description: String { "Twilio: \(reason)" }
}
