package import Domain
package import Outbound
package import Postgres
package import Providers
import Store

extension NumberProvisioning {
    /// - Parameters:
    ///   - twilio: the platform's account; `nil` without credentials, and then there is nothing to provision.
    ///   - publicURL: `PUBLIC_URL`: where a bought number sends its messages.
    package static func live(
        database: Database, twilio: TwilioClient?, publicURL: String, clock: WallClock, ids: IDSource
    ) -> NumberProvisioning? {
        twilio.map { twilio in
            NumberProvisioning(
                store: NumberStore(database: database), twilio: twilio.numbers, webhooks: .of(publicURL: publicURL),
                clock: clock, ids: ids)
        }
    }
}

extension TwilioWebhooks {
    /// The routes of TwilioInbound and TwilioStatus.
    package static func of(publicURL: String) -> TwilioWebhooks {
        TwilioWebhooks(
            inbound: publicURL + "/api/whatsapp/webhook", status: publicURL + "/api/hooks/twilio/status")
    }
}

extension TwilioClient {
    /// `nil` when either credential is missing.
    package static func account(
        http: HTTPClient, sid: String?, token: String?, apiBaseURL: String, messagingBaseURL: String
    ) -> TwilioClient? {
        guard let sid, let token else { return nil }
        return .live(
            http: http, accountSID: sid, authToken: token, apiBaseURL: apiBaseURL, messagingBaseURL: messagingBaseURL)
    }
}
