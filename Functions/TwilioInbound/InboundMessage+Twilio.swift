import API
import Domain
import Providers
import Web

extension InboundMessage {
    init(_ form: FormFields) throws(TwilioFormError) {
        let inbound = try TwilioInbound(form)
        self = inbound.message
        providerKeyword = inbound.keyword
        choice = inbound.choice?.cut(to: 1_000)
    }

    /// Those that decide; Twilio sends more.
    static let fields = [
        Shape.Member("MessageSid", .text(TextShape(1...200))),
        Shape.Member("From", .text(TextShape(1...200))),
        Shape.Member("To", .text(TextShape(1...200))),
        Shape.Member("Body", .plainText, isRequired: false),
        Shape.Member(
            "NumMedia", .plainText, isRequired: false, about: "How many files; MediaUrl0 and so on name them."),
        Shape.Member("OptOutType", .plainText, isRequired: false, about: "STOP, START or HELP."),
        Shape.Member("ProfileName", .plainText, isRequired: false),
    ]
}

extension TwilioInbound {
    /// Only the three words we know; Twilio may add others.
    fileprivate var keyword: String? {
        optOutType.flatMap { OptOutKeyword(rawValue: $0.uppercased()) }?.rawValue
    }
}
