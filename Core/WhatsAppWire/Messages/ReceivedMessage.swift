import FoundationEssentials
import SwiftProtobuf

/// What a decrypted message says, with its wrappers taken off.
package struct ReceivedMessage: Sendable, Equatable {
    /// What a reply quotes.
    package struct Quote: Sendable, Equatable {
        package let id: String
        package let author: JID?
        /// The quoted message, serialised, unknown fields kept.
        package let content: [UInt8]?
        /// Plain words of it, for a person to read.
        package let text: String?
    }

    /// A group key that came along, to be processed before anything else.
    package struct SenderKey: Sendable, Equatable {
        package let group: JID
        package let distribution: SenderKeyDistribution
    }

    package enum Failure: Error, Equatable, Sendable {
        case padding
        /// Not the protobuf it should be: answer with an acknowledgement, error 491.
        case protobuf
        case tooDeep
    }

    private static let maximumWrappers = 8
    private static let maximumProtobufDepth = 40

    package internal(set) var body: Body
    /// The chat a message of our own other device went to.
    package private(set) var destination: JID?
    package private(set) var senderKey: SenderKey?
    /// Keep by (chat, sender, id) when polls matter.
    package private(set) var secret: [UInt8]?
    package private(set) var quote: Quote?
    package private(set) var mentions: [JID] = []
    package private(set) var isForwarded = false
    /// Seconds until it disappears: copy it into the answer.
    package private(set) var expiration: UInt32?
    package private(set) var isViewOnce = false
    /// The serialised inner message: what a later quote of it has to carry.
    package private(set) var content: [UInt8]

    /// - Parameter padded: as decrypted, padding included.
    package init(padded: [UInt8]) throws(Failure) {
        let plain: [UInt8]
        do { plain = try MessagePadding.strip(padded) } catch { throw .padding }
        try self.init(plain)
    }

    package init(_ plain: [UInt8]) throws(Failure) {
        var options = BinaryDecodingOptions()
        options.messageDepthLimit = Self.maximumProtobufDepth
        let message: WAMessage
        do { message = try WAMessage(serializedBytes: plain, options: options) } catch BinaryDecodingError
            .messageDepthLimit
        { throw .tooDeep } catch { throw .protobuf }
        body = .unsupported
        content = []
        try unwrap(message)
    }

    private mutating func unwrap(_ outer: WAMessage) throws(Failure) {
        var message = outer
        for _ in 0..<Self.maximumWrappers {
            note(message)
            guard let inner = message.wrapped(in: &self) else {
                read(message)
                return
            }
            message = inner
        }
        throw .tooDeep
    }

    private mutating func note(_ message: WAMessage) {
        if message.hasMessageContextInfo, message.messageContextInfo.messageSecret.count == 32 {
            secret = Array(message.messageContextInfo.messageSecret)
        }
        if message.hasSenderKeyDistributionMessage, let group = JID(message.senderKeyDistributionMessage.groupID),
            let distribution = try? SenderKeyDistribution(
                Array(message.senderKeyDistributionMessage.axolotlSenderKeyDistributionMessage))
        {
            senderKey = SenderKey(group: group, distribution: distribution)
        }
    }

    private mutating func read(_ message: WAMessage) {
        body = Body(message)
        content = (try? message.serializedBytes()) ?? []
        guard let context = message.contextInfo else { return }
        mentions = context.mentionedJid.prefix(1024).compactMap { JID($0) }
        isForwarded = context.isForwarded
        expiration = context.hasExpiration && context.expiration > 0 ? context.expiration : nil
        guard context.hasStanzaID, !context.stanzaID.isEmpty else { return }
        quote = Quote(
            id: context.stanzaID, author: JID(context.participant),
            content: context.hasQuotedMessage ? try? context.quotedMessage.serializedBytes() : nil,
            text: context.hasQuotedMessage ? Body(context.quotedMessage).text : nil)
    }

    fileprivate mutating func noteDestination(_ jid: String) { destination = JID(jid) }
    fileprivate mutating func noteViewOnce() { isViewOnce = true }
}

extension WAMessage {
    /// The message inside, if this one only wraps another.
    fileprivate func wrapped(in received: inout ReceivedMessage) -> WAMessage? {
        if hasDeviceSentMessage {
            received.noteDestination(deviceSentMessage.destinationJid)
            return deviceSentMessage.message
        }
        for viewOnce in [
            hasViewOnceMessage ? viewOnceMessage : nil, hasViewOnceMessageV2 ? viewOnceMessageV2 : nil,
            hasViewOnceMessageV2Extension ? viewOnceMessageV2Extension : nil,
        ] {
            guard let viewOnce else { continue }
            received.noteViewOnce()
            return viewOnce.message
        }
        if hasEphemeralMessage { return ephemeralMessage.message }
        if hasDocumentWithCaptionMessage { return documentWithCaptionMessage.message }
        if hasEditedMessage { return editedMessage.message }
        if hasLottieStickerMessage { return lottieStickerMessage.message }
        if hasBotInvokeMessage { return botInvokeMessage.message }
        if hasGroupMentionedMessage { return groupMentionedMessage.message }
        if hasAssociatedChildMessage { return associatedChildMessage.message }
        if hasPollCreationMessageV4 { return pollCreationMessageV4.message }
        return nil
    }

    /// Where replies, mentions and expiry are, depending on the kind of message.
    var contextInfo: WAContextInfo? {
        let candidates: [WAContextInfo?] = [
            hasExtendedTextMessage ? extendedTextMessage.contextInfo : nil,
            hasImageMessage ? imageMessage.contextInfo : nil,
            hasVideoMessage ? videoMessage.contextInfo : nil,
            hasPtvMessage ? ptvMessage.contextInfo : nil,
            hasAudioMessage ? audioMessage.contextInfo : nil,
            hasDocumentMessage ? documentMessage.contextInfo : nil,
            hasStickerMessage ? stickerMessage.contextInfo : nil,
            hasLocationMessage ? locationMessage.contextInfo : nil,
            hasLiveLocationMessage ? liveLocationMessage.contextInfo : nil,
            hasContactMessage ? contactMessage.contextInfo : nil,
            hasContactsArrayMessage ? contactsArrayMessage.contextInfo : nil,
            hasButtonsResponseMessage ? buttonsResponseMessage.contextInfo : nil,
            hasListResponseMessage ? listResponseMessage.contextInfo : nil,
            hasTemplateButtonReplyMessage ? templateButtonReplyMessage.contextInfo : nil,
            hasInteractiveResponseMessage ? interactiveResponseMessage.contextInfo : nil,
            poll?.contextInfo,
        ]
        return candidates.lazy.compactMap(\.self).first
    }

    var poll: WAPollCreationMessage? {
        if hasPollCreationMessage { return pollCreationMessage }
        if hasPollCreationMessageV2 { return pollCreationMessageV2 }
        if hasPollCreationMessageV3 { return pollCreationMessageV3 }
        if hasPollCreationMessageV5 { return pollCreationMessageV5 }
        if hasPollCreationMessageV6 { return pollCreationMessageV6 }
        return nil
    }
}
