/// A phone's or a business's address as Twilio writes it: `+E164` for SMS, `whatsapp:+E164` for WhatsApp.
struct Address: Hashable, Sendable, CustomStringConvertible {
    enum Channel: String, Sendable { case sms, whatsapp }

    let channel: Channel
    /// E.164 with its plus sign.
    let number: String

    /// `nil` unless the number is `+` and 8 to 15 digits that do not start with 0 (ITU-T E.164).
    init?(_ text: String) {
        let isWhatsApp = text.hasPrefix("whatsapp:")
        let number = isWhatsApp ? String(text.dropFirst("whatsapp:".count)) : text
        guard isE164(number) else { return nil }
        channel = isWhatsApp ? .whatsapp : .sms
        self.number = number
    }

    var description: String { channel == .whatsapp ? "whatsapp:\(number)" : number }
    /// WhatsApp's own id of the person: the digits without the plus sign.
    var waID: String { String(number.dropFirst()) }
}

func isE164(_ text: String) -> Bool {
    guard text.hasPrefix("+"), text.dropFirst().first != "0" else { return false }
    let digits = text.utf8.dropFirst()
    return (8...15).contains(digits.count) && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}

/// One conversation: a customer and a business number on one channel.
struct Pair: Hashable, Sendable {
    let customer: Address
    let business: Address
}
