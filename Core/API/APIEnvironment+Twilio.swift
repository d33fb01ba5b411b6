package import Conversation
import Domain
import FunctionHost
import Outbound
package import Providers

extension APIEnvironment {
    /// The platform's Twilio account; `nil` without credentials.
    package var twilioNumbers: TwilioNumbers? {
        get throws { try part(TwilioAccount.init).numbers }
    }

    /// Buys and releases numbers; `nil` without credentials.
    package var provisioning: NumberProvisioning? {
        get throws {
            try twilioNumbers.map { twilio in
                NumberProvisioning(
                    store: numbers, twilio: twilio, webhooks: .of(publicURL: publicURL), clock: clock, ids: ids)
            }
        }
    }
}

extension APIEnvironment {
    /// `nil` without credentials.
    package var numberSettling: NumberSettling? {
        get throws { try provisioning.map { NumberSettling(store: numbers, provisioning: $0, clock: clock) } }
    }
}

/// The numbers of the platform's account at Twilio.
package struct TwilioAccount: Sendable {
    package var numbers: TwilioNumbers?

    package init(numbers: TwilioNumbers?) {
        self.numbers = numbers
    }

    init(_ api: APIEnvironment) throws(ConfigurationError) {
        let configuration = api.configuration
        numbers =
            TwilioClient.account(
                http: api.outside.http, sid: configuration.twilioAccountSID, token: try configuration.twilioAuthToken,
                apiBaseURL: configuration.twilioAPIBaseURL, messagingBaseURL: configuration.twilioMessagingBaseURL
            )?.numbers
    }
}
