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
            DocumentedFault(422, "address-required", "The number's country wants an address: address_sid."),
            DocumentedFault(422, "bundle-required", "The number's country wants a regulatory bundle: bundle_sid."),
            DocumentedFault(422, "papers-refused", "Address and bundle do not fit the number."),
            DocumentedFault(409, "number-taken", "Somebody else has the number."),
            DocumentedFault(409, "in-progress", "The number is being provisioned right now."),
            DocumentedFault(409, "releasing", "The number is being released."),
            DocumentedFault(409, "changed", "It was decided otherwise meanwhile."),
            DocumentedFault(409, "plan-limit", "The plan has room for no further number."),
        ]

    /// Of whatever writes to a customer.
    package static let sending = [
        DocumentedFault(409, "quota-exhausted", "The month's messages are used up."),
        DocumentedFault(409, "opted-out", "The customer asked not to be written to."),
        DocumentedFault(
            409, "window-closed", "The customer last wrote more than 24 hours ago, or never; free text is not allowed."),
    ]

    /// Of whatever begins a chat, or writes to one by its address.
    package static let starting = [
        DocumentedFault(404, "not-found", "There is no such channel, or no such chat on it."),
        DocumentedFault(409, "unsupported-channel", "Chats can't be begun on a channel of this kind."),
        DocumentedFault(409, "channel-not-connected", "The channel waits for its owner."),
        DocumentedFault(409, "paced", "The line has begun enough chats for now."),
    ]
}
