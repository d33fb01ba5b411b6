import FoundationEssentials
import SwiftProtobuf

extension Body {
    private static let maximumContacts = 256
    private static let maximumPairs = 100_000

    /// - Parameter message: without wrappers.
    init(_ message: WAMessage) {
        self =
            Self.words(message) ?? Self.file(message) ?? Self.place(message) ?? Self.answer(message)
            ?? Self.poll(message) ?? Self.control(message) ?? Self.rest(message)
    }

    private static func words(_ message: WAMessage) -> Body? {
        if message.hasConversation { return .text(message.conversation) }
        if message.hasExtendedTextMessage { return .text(message.extendedTextMessage.text) }
        if message.hasReactionMessage, let key = MessageKey(message.reactionMessage.key) {
            return .reaction(key, message.reactionMessage.text)
        }
        if message.hasGroupInviteMessage {
            return .groupInvite(
                group: JID(message.groupInviteMessage.groupJid), name: message.groupInviteMessage.groupName)
        }
        return nil
    }

    private static func file(_ message: WAMessage) -> Body? {
        if message.hasImageMessage { return .media(EncryptedMedia(message.imageMessage)) }
        if message.hasVideoMessage { return .media(EncryptedMedia(message.videoMessage, isNote: false)) }
        if message.hasPtvMessage { return .media(EncryptedMedia(message.ptvMessage, isNote: true)) }
        if message.hasAudioMessage { return .media(EncryptedMedia(message.audioMessage)) }
        if message.hasDocumentMessage { return .media(EncryptedMedia(message.documentMessage)) }
        if message.hasStickerMessage { return .media(EncryptedMedia(message.stickerMessage)) }
        return nil
    }

    private static func place(_ message: WAMessage) -> Body? {
        if message.hasLocationMessage {
            let place = message.locationMessage
            return .location(
                Location(
                    latitude: place.degreesLatitude, longitude: place.degreesLongitude,
                    name: place.hasName ? place.name : nil, address: place.hasAddress ? place.address : nil,
                    isLive: place.isLive))
        }
        if message.hasLiveLocationMessage {
            let place = message.liveLocationMessage
            return .location(
                Location(
                    latitude: place.degreesLatitude, longitude: place.degreesLongitude,
                    name: place.hasCaption ? place.caption : nil, isLive: true))
        }
        if message.hasContactMessage { return .contacts([Contact(message.contactMessage)]) }
        if message.hasContactsArrayMessage {
            return .contacts(message.contactsArrayMessage.contacts.prefix(maximumContacts).map(Contact.init))
        }
        return nil
    }

    private static func answer(_ message: WAMessage) -> Body? {
        if message.hasButtonsResponseMessage {
            let response = message.buttonsResponseMessage
            return .choice(id: response.selectedButtonID, text: response.selectedDisplayText)
        }
        if message.hasListResponseMessage {
            let response = message.listResponseMessage
            return .choice(id: response.singleSelectReply.selectedRowID, text: response.title)
        }
        if message.hasTemplateButtonReplyMessage {
            let response = message.templateButtonReplyMessage
            return .choice(id: response.selectedID, text: response.selectedDisplayText)
        }
        if message.hasInteractiveResponseMessage {
            let response = message.interactiveResponseMessage.nativeFlowResponseMessage
            return .choice(id: response.name, text: response.paramsJson)
        }
        return nil
    }

    private static func poll(_ message: WAMessage) -> Body? {
        if let poll = message.poll {
            return .poll(
                name: poll.name, options: poll.options.prefix(64).map(\.optionName),
                selectable: Int(poll.selectableOptionsCount))
        }
        if message.hasPollUpdateMessage, let key = MessageKey(message.pollUpdateMessage.pollCreationMessageKey) {
            let vote = message.pollUpdateMessage.vote
            return .pollVote(key, payload: Array(vote.encPayload), nonce: Array(vote.encIv))
        }
        return nil
    }

    private static func control(_ message: WAMessage) -> Body? {
        guard message.hasProtocolMessage else { return nil }
        let control = message.protocolMessage
        // An absent type is REVOKE, number 0; a number we do not know leaves the field unset, in the unknown ones.
        guard control.hasType || control.unknownFields.data.isEmpty else { return .control(.other(-1)) }
        switch control.type {
        case .revoke: return MessageKey(control.key).map { .revoke($0) } ?? .unsupported
        case .messageEdit:
            return MessageKey(control.key).map { .edit($0, Body(control.editedMessage)) } ?? .unsupported
        case .ephemeralSetting: return .control(.expiration(control.ephemeralExpiration))
        case .historySyncNotification:
            return .control(.historySync(HistorySyncReference(control.historySyncNotification)))
        case .appStateSyncKeyShare:
            return .control(.appStateKeys(control.appStateSyncKeyShare.keys.map(AppStateKey.init)))
        case .lidMigrationMappingSync: return .control(.lidPairs(pairs(control.lidMigrationMappingSyncMessage)))
        case .peerDataOperationRequestResponseMessage:
            return .control(
                .resent(
                    control.peerDataOperationRequestResponseMessage.peerDataOperationResult.map {
                        Array($0.placeholderMessageResendResponse.webMessageInfoBytes)
                    }))
        default: return .control(.other(control.type.rawValue))
        }
    }

    private static func rest(_ message: WAMessage) -> Body {
        let hasNothingElse = message.unknownFields.data.isEmpty
        return hasNothingElse && (message.hasSenderKeyDistributionMessage || message == WAMessage())
            ? .empty : .unsupported
    }

    private static func pairs(_ message: WALIDMigrationMappingSyncMessage) -> [LIDPair] {
        let bytes = Array(message.encodedMappingPayload)
        // Whether the phone deflates this payload is not known: take it either way.
        let plain = (try? Zlib.inflate(bytes, limit: 1 << 24)) ?? bytes
        guard let payload = try? WALIDMigrationMappingSyncPayload(serializedBytes: plain) else { return [] }
        return payload.pnToLidMappings.prefix(maximumPairs).compactMap {
            LIDPair(.phoneNumber("\($0.pn)"), .hiddenUser("\($0.hasLatestLid ? $0.latestLid : $0.assignedLid)"))
        }
    }
}

extension Body.Contact {
    init(_ contact: WAContactMessage) {
        self.init(name: contact.displayName, vcard: contact.vcard)
    }
}

extension Body.AppStateKey {
    init(_ key: WAAppStateSyncKey) {
        self.init(
            id: Array(key.keyID.keyID), data: Array(key.keyData.keyData), timestamp: key.keyData.timestamp)
    }
}

extension HistorySyncReference {
    /// What `init(serialized:)` takes.
    package var serialized: [UInt8] {
        let stored = WAHistorySyncNotification.with {
            if let kind, let type = WAHistorySyncType(rawValue: kind.rawValue) { $0.syncType = type }
            if let inline { $0.initialHistBootstrapInlinePayload = Data(inline) }
            guard let file else { return }
            $0.directPath = file.directPath
            $0.mediaKey = Data(file.mediaKey)
            $0.fileSha256 = Data(file.digest.sha256)
            $0.fileEncSha256 = Data(file.digest.encryptedSHA256)
            $0.fileLength = UInt64(clamping: file.digest.length)
        }
        return (try? stored.serializedBytes()) ?? []
    }

    package init(serialized bytes: [UInt8]) throws(StorageError) {
        guard let stored = try? WAHistorySyncNotification(serializedBytes: bytes) else { throw StorageError() }
        self.init(stored)
    }

    init(_ notification: WAHistorySyncNotification) {
        kind = notification.hasSyncType ? Kind(rawValue: notification.syncType.rawValue) : nil
        inline =
            notification.hasInitialHistBootstrapInlinePayload
            ? Array(notification.initialHistBootstrapInlinePayload) : nil
        guard notification.hasDirectPath else {
            file = nil
            return
        }
        file = EncryptedMedia(
            kind: .history, mimeType: "", directPath: notification.directPath,
            mediaKey: Array(notification.mediaKey),
            digest: MediaDigest(
                sha256: Array(notification.fileSha256), encryptedSHA256: Array(notification.fileEncSha256),
                length: Int(clamping: notification.fileLength)))
    }
}
