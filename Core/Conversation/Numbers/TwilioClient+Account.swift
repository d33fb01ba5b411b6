package import Outbound
package import Providers

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
