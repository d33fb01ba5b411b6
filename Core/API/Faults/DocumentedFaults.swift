/// Refusals that several endpoints share.
extension DocumentedFault {
    /// Of whatever asks Twilio.
    package static let twilio = [
        DocumentedFault(409, "no-twilio-account", "The installation has no Twilio account."),
        DocumentedFault(422, "provider-refused", "Twilio refused."),
        DocumentedFault(502, "provider-unknown", "Twilio gave no answer; repeating looks first."),
        DocumentedFault(503, "provider-busy", "Twilio is busy."),
    ]

    /// Of whatever asks Twilio to buy or release a number.
    package static let provisioning =
        twilio + [
            DocumentedFault(409, "number-taken", "Somebody else has the number."),
            DocumentedFault(409, "in-progress", "The number is being provisioned right now."),
            DocumentedFault(409, "releasing", "The number is being released."),
            DocumentedFault(409, "plan-limit", "The plan has room for no further number."),
        ]
}
