import FoundationEssentials
import SwiftProtobuf

/// A message to send: what is encrypted, and what the stanza around it says openly.
package struct OutgoingMessage: Sendable, Equatable {
    /// What a message answers, and the chat's setting for disappearing.
    package struct Context: Sendable, Equatable {
        package struct Quote: Sendable, Equatable {
            package let id: String
            package let author: JID
            /// The quoted message as received (`ReceivedMessage.content`).
            package let content: [UInt8]

            package init(id: String, author: JID, content: [UInt8]) {
                self.id = id
                self.author = author.withoutDevice
                self.content = content
            }
        }

        package var quote: Quote?
        package var mentions: [JID]
        /// Seconds, copied from the message answered.
        package var expiration: UInt32?

        package init(quote: Quote? = nil, mentions: [JID] = [], expiration: UInt32? = nil) {
            self.quote = quote
            self.mentions = mentions
            self.expiration = expiration
        }

        var proto: WAContextInfo? {
            guard quote != nil || !mentions.isEmpty || expiration != nil else { return nil }
            return .with {
                if let quote {
                    $0.stanzaID = quote.id
                    $0.participant = quote.author.description
                    $0.quotedMessage = (try? WAMessage(serializedBytes: quote.content)) ?? WAMessage()
                }
                $0.mentionedJid = mentions.map(\.withoutDevice.description)
                if let expiration { $0.expiration = expiration }
            }
        }
    }

    /// Serialised; keep it for retries.
    package let content: [UInt8]
    /// `type` of the stanza.
    package let type: String
    /// `mediatype` of each `enc`.
    package var mediaType: String?
    /// `edit` of the stanza: 1 edit, 7 and 8 revoke.
    package var edit: String?
    /// A device that can't read it shows nothing rather than "waiting for this message".
    package var hidesFailure = false
    /// `polltype` of the stanza's `meta`.
    package var pollType: String?

    init(_ message: WAMessage, type: String = "text") {
        content = (try? message.serializedBytes()) ?? []
        self.type = type
    }

    /// A stored copy, to be sent again.
    package init(content: [UInt8], type: String, mediaType: String? = nil, edit: String? = nil) {
        self.content = content
        self.type = type
        self.mediaType = mediaType
        self.edit = edit
    }

    package static func text(_ text: String, context: Context = Context()) -> OutgoingMessage {
        guard let info = context.proto else { return OutgoingMessage(.with { $0.conversation = text }) }
        return OutgoingMessage(
            .with {
                $0.extendedTextMessage.text = text
                $0.extendedTextMessage.contextInfo = info
            })
    }

    /// - Parameter timestamp: when the media key was made, seconds since 1970.
    /// - Returns: nil for kinds that are not sent as messages.
    package static func media(
        _ media: EncryptedMedia, timestamp: Int64, context: Context = Context()
    ) -> OutgoingMessage? {
        guard let message = media.message(timestamp: timestamp, context: context.proto) else { return nil }
        var outgoing = OutgoingMessage(message, type: "media")
        outgoing.mediaType = media.stanzaType
        return outgoing
    }

    package static func location(_ place: Body.Location, context: Context = Context()) -> OutgoingMessage {
        OutgoingMessage(
            .with {
                $0.locationMessage.degreesLatitude = place.latitude
                $0.locationMessage.degreesLongitude = place.longitude
                if let name = place.name { $0.locationMessage.name = name }
                if let address = place.address { $0.locationMessage.address = address }
                if let info = context.proto { $0.locationMessage.contextInfo = info }
            })
    }

    package static func contact(_ contact: Body.Contact, context: Context = Context()) -> OutgoingMessage {
        var outgoing = OutgoingMessage(
            .with {
                $0.contactMessage.displayName = contact.name
                $0.contactMessage.vcard = contact.vcard
                if let info = context.proto { $0.contactMessage.contextInfo = info }
            }, type: "media")
        outgoing.mediaType = "vcard"
        return outgoing
    }

    /// - Parameters:
    ///   - text: empty takes the reaction back.
    ///   - milliseconds: now, since 1970.
    package static func reaction(_ text: String, to key: MessageKey, milliseconds: Int64) -> OutgoingMessage {
        var outgoing = OutgoingMessage(
            .with {
                $0.reactionMessage.key = key.proto
                $0.reactionMessage.text = text
                $0.reactionMessage.senderTimestampMs = milliseconds
            }, type: "reaction")
        outgoing.hidesFailure = true
        if text.isEmpty { outgoing.edit = "7" }
        return outgoing
    }

    /// - Parameter secret: 32 random bytes; keep them to read the votes.
    package static func poll(
        _ name: String, options: [String], selectable: Int, secret: [UInt8]
    ) -> OutgoingMessage {
        let poll = WAPollCreationMessage.with {
            $0.name = name
            $0.options = options.map { option in .with { $0.optionName = option } }
            $0.selectableOptionsCount = UInt32(clamping: selectable)
        }
        var outgoing = OutgoingMessage(
            .with {
                if selectable == 1 { $0.pollCreationMessageV3 = poll } else { $0.pollCreationMessage = poll }
                $0.messageContextInfo.messageSecret = Data(secret)
            }, type: "poll")
        outgoing.pollType = "creation"
        return outgoing
    }

    package static func vote(
        _ payload: [UInt8], nonce: [UInt8], on poll: MessageKey, milliseconds: Int64
    ) -> OutgoingMessage {
        var outgoing = OutgoingMessage(
            .with {
                $0.pollUpdateMessage.pollCreationMessageKey = poll.proto
                $0.pollUpdateMessage.vote.encPayload = Data(payload)
                $0.pollUpdateMessage.vote.encIv = Data(nonce)
                $0.pollUpdateMessage.senderTimestampMs = milliseconds
            }, type: "poll")
        outgoing.pollType = "vote"
        outgoing.hidesFailure = true
        return outgoing
    }

    /// Takes a message back: our own, or another's as the group's admin.
    package static func revoke(_ key: MessageKey) -> OutgoingMessage {
        var outgoing = OutgoingMessage(
            .with {
                $0.protocolMessage.type = .revoke
                $0.protocolMessage.key = key.proto
            })
        outgoing.edit = key.isFromMe ? "7" : "8"
        outgoing.hidesFailure = true
        return outgoing
    }

    /// Possible for 20 minutes.
    package static func edit(_ key: MessageKey, text: String, milliseconds: Int64) -> OutgoingMessage {
        var outgoing = OutgoingMessage(
            .with {
                $0.editedMessage.message.protocolMessage = .with {
                    $0.type = .messageEdit
                    $0.key = key.proto
                    $0.editedMessage.conversation = text
                    $0.timestampMs = milliseconds
                }
            })
        outgoing.edit = "1"
        outgoing.hidesFailure = true
        return outgoing
    }
}

// MARK: What each device gets

extension OutgoingMessage {
    /// For our own other devices: the same, with the chat it went to.
    package func content(forOwnDevicesIn chat: JID) -> [UInt8] {
        guard let message = try? WAMessage(serializedBytes: content) else { return content }
        let wrapped = WAMessage.with {
            $0.deviceSentMessage.destinationJid = chat.withoutDevice.description
            $0.deviceSentMessage.message = message
            if message.hasMessageContextInfo { $0.messageContextInfo = message.messageContextInfo }
        }
        return (try? wrapped.serializedBytes()) ?? content
    }

    /// Our group key alone: for devices that do not have it yet.
    package static func senderKey(_ distribution: SenderKeyDistribution, group: JID) -> [UInt8] {
        let message = WAMessage.with { $0.setSenderKey(distribution, group: group) }
        return (try? message.serializedBytes()) ?? []
    }

    /// For a group member who asked again: the message with our group key in it.
    package func content(with distribution: SenderKeyDistribution, group: JID) -> [UInt8] {
        guard var message = try? WAMessage(serializedBytes: content) else { return content }
        message.setSenderKey(distribution, group: group)
        return (try? message.serializedBytes()) ?? content
    }
}

extension WAMessage {
    fileprivate mutating func setSenderKey(_ distribution: SenderKeyDistribution, group: JID) {
        senderKeyDistributionMessage.groupID = group.description
        senderKeyDistributionMessage.axolotlSenderKeyDistributionMessage = Data(distribution.bytes)
    }
}
