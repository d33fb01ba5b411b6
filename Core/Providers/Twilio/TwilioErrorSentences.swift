/// What Twilio's error codes mean in one plain sentence each: the one description that sends, status reports and purchases share.
/// Source: Twilio's error dictionary (https://www.twilio.com/docs/api/errors). A code that is missing here has its class's sentence.
extension TwilioErrorClass {
    /// Safe for the inbox; quotes nothing of what was sent.
    package static func sentence(of code: Int) -> String {
        sentences[code] ?? TwilioErrorClass(code: code).sentence
    }

    package static let sentences: [Int: String] = {
        var sentences: [Int: String] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            guard let code = Int(words[0]), let sentence = words.last else { continue }
            sentences[code] = String(sentence)
        }
        return sentences
    }()

    private static let table = """
        10001 The Twilio account is not active.
        10002 The Twilio account is a trial, which can't do this.
        20003 Twilio refused our credentials.
        20403 The Twilio account may not do this.
        20404 Twilio knows no such thing.
        20429 Twilio got too many requests at once and did not take this one.
        20500 Twilio had a fault of its own.
        20503 Twilio was not available.
        21211 The recipient's number is not a valid one.
        21212 The number to send from is not a valid one.
        21214 The recipient's number can't be reached.
        21217 The recipient's number is not a valid one.
        21404 A trial account of Twilio may hold only one number.
        21408 The Twilio account's settings do not allow messages to this country.
        21421 That is not a number that can be bought.
        21422 The number is taken; choose another.
        21451 That is not an area code.
        21452 There are no numbers for sale in this area code.
        21602 The message is empty.
        21603 The message has no number to send from.
        21604 The message has no recipient.
        21606 This number can't send messages to that recipient.
        21607 This number can't send messages.
        21608 The Twilio account is a trial and may write only to numbers that it verified.
        21610 The customer has opted out of messages.
        21611 Too many messages wait to be sent from this number; the provider did not take this one.
        21612 This number can't reach that recipient.
        21614 The recipient's number is not a mobile one.
        21615 This number needs an address in its own area: give the id of one (AD...) as address_sid.
        21617 The message is longer than 1,600 characters.
        21620 The address of a file is not a valid one.
        21623 The message has too many files.
        21631 This number needs an address: give the id of one (AD...) as address_sid.
        21649 This number needs a regulatory bundle: give the id of an approved one (BU...) as bundle_sid.
        21650 The papers given do not fit this number: address and bundle must belong together.
        21910 The sender and the recipient are on different networks.
        30001 Too many messages waited to be sent from this number; this one was dropped.
        30003 The recipient's phone is switched off or can't be reached.
        30004 The message was blocked on its way to the recipient.
        30005 The recipient's number is unknown or not in use any more.
        30006 The recipient's number is a fixed line, or its network can't be reached.
        30007 The network took the message for spam and filtered it.
        30008 The message was lost on its way; the network did not say why.
        30034 The number is not registered for business messages to the USA (A2P 10DLC).
        30410 The network did not answer in time.
        63003 There is nobody at this address on the network.
        63007 This line is not connected to WhatsApp at Twilio.
        63014 The customer has blocked messages from this business.
        63015 The recipient has not joined the sandbox.
        63016 The customer last wrote more than 24 hours ago; only an approved template may be sent.
        63017 The network took no more messages at that moment.
        63018 The network took no more messages from this line at that moment.
        63019 The network could not fetch the file.
        63024 The recipient can't get this message: the number may not be on WhatsApp.
        63031 The sender and the recipient are the same.
        63033 The customer has opted out of messages from this business.
        63038 The account's limit of messages for this day is reached.
        63049 Meta chose not to deliver this marketing message.
        63051 Meta has locked the business's WhatsApp account.
        """
}
