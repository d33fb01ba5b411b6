import Domain
import FoundationEssentials
import Store
import WhatsAppWire

/// A WhatsApp message in the road's words. What strangers chose is cut to the columns where every road does it (`Query.receive`,
/// `Query.keep`); names of authors here, because keys are made of them.
struct InboundMapper: Sendable {
    /// The line's own address on the road, before a phone was linked anew.
    let storedAddress: String?
    let own: OwnDevice
    let addresses: AddressBook
    let clock: WallClock

    /// Unicode scalars of an author's name.
    private static let longestName = 199
    /// Dates that a sender's clock can't mean, seconds ahead of ours.
    private static let aheadOfTime: Double = 86_400

    func inbound(_ message: ChatMessage, type: MessageType? = nil, text: String? = nil) -> InboundMessage {
        let body = message.content.body
        var inbound = InboundMessage(
            kind: .whatsappWeb, localAddress: localAddress, remoteAddress: message.chat.description,
            providerMessageID: message.id, authors: authors(of: message), type: type ?? body.type,
            text: text ?? body.words, writtenAt: writtenAt(message), isGroup: message.chat.isGroup)
        if message.chat.isGroup {
            inbound.text = "\(speaker(message)): \(inbound.text)"
        } else if !message.isFromMe {
            inbound.contactName = message.pushName
        }
        if !message.chat.isGroup, let number = addresses.phoneNumber(of: message.chat) {
            inbound.otherAddresses = [number.description]
        }
        switch body {
        case .media(let media):
            inbound.media = [
                Domain.MediaReference(url: fileKey(of: message).fileURL, contentType: media.mimeType)
            ]
        case .choice(let id, _): inbound.choice = id
        default: break
        }
        return inbound
    }

    /// What is kept of a message that the database would not take: that it came, from whom, and why there is no more of it.
    func unsupported(_ message: ChatMessage, because reason: String) -> InboundMessage {
        InboundMessage(
            kind: .whatsappWeb, localAddress: localAddress, remoteAddress: message.chat.description,
            providerMessageID: message.id, authors: authors(of: message), type: .unsupported, text: reason,
            writtenAt: writtenAt(message), isGroup: message.chat.isGroup)
    }

    /// All names of the author that are known here, the hidden id first; none for our own: there is one of us on a line.
    func authors(of message: ChatMessage) -> [String] {
        guard !message.isFromMe else { return [] }
        let sender = message.sender.withoutDevice
        let names = [
            addresses.cachedCanonical(sender), sender, message.senderAlternate?.withoutDevice,
            addresses.phoneNumber(of: sender),
        ]
        return names.compactMap(\.self).reduce(into: []) { known, name in
            let text = name.description.cut(to: Self.longestName)
            if !known.contains(text) { known.append(text) }
        }
    }

    func fileKey(of message: ChatMessage) -> LineKey {
        .file(of: message.id, by: authors(of: message).first)
    }

    private var localAddress: String { storedAddress ?? own.account?.jid.withoutDevice.description ?? "" }

    private func writtenAt(_ message: ChatMessage) -> Date? {
        let written = Date(timeIntervalSince1970: Double(message.timestamp))
        let isPlausible = message.timestamp > 0 && written.timeIntervalSince(clock.now()) < Self.aheadOfTime
        return isPlausible ? written : nil
    }

    /// Who of a group wrote it.
    private func speaker(_ message: ChatMessage) -> String {
        if message.isFromMe { return "We" }
        if let name = message.pushName { return name }
        let number = addresses.phoneNumber(of: message.sender) ?? message.senderAlternate ?? message.sender
        return number.isPhoneNumber ? "+\(number.user)" : "Somebody"
    }
}
