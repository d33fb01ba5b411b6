import FoundationEssentials
import Support
import SwiftProtobuf
import Testing

@testable import WhatsAppWire

@Suite struct MessageTests {
    private static let key = MessageKey(
        chat: JID(user: "1", server: .group), id: "3EB0", isFromMe: true, participant: .hiddenUser("5"))

    private func read(_ message: WAMessage) throws -> ReceivedMessage {
        try ReceivedMessage(message.serializedBytes() as [UInt8])
    }

    private func read(_ message: OutgoingMessage) throws -> ReceivedMessage {
        try ReceivedMessage(message.content)
    }

    @Test func wordsPlainAndQuoting() throws {
        #expect(try read(.text("hello")).body == .text("hello"))
        #expect(try WAMessage(serializedBytes: OutgoingMessage.text("hello").content).conversation == "hello")
        let quoted = OutgoingMessage.text("before").content
        let message = OutgoingMessage.text(
            "after",
            context: .init(
                quote: .init(id: "Q", author: .hiddenUser("5", device: 3), content: quoted),
                mentions: [.hiddenUser("6", device: 1)], expiration: 86400))
        let received = try read(message)
        #expect(received.body == .text("after"))
        #expect(received.quote?.id == "Q" && received.quote?.author == .hiddenUser("5"))
        #expect(received.quote?.content == quoted && received.quote?.text == "before")
        #expect(received.mentions == [.hiddenUser("6")] && received.expiration == 86400)
    }

    @Test(arguments: [MediaKind.image, .video, .audio, .document, .sticker])
    func filesRoundTrip(kind: MediaKind) throws {
        var media = EncryptedMedia(
            kind: kind, mimeType: "a/b", directPath: "/v/t62", mediaKey: [UInt8](repeating: 1, count: 32),
            digest: MediaDigest(sha256: [1], encryptedSHA256: [2], length: 3))
        if kind != .audio && kind != .sticker { media.caption = "look" }
        if kind == .audio { media.isVoiceNote = true }
        if kind == .document { media.fileName = "bill.pdf" }
        let outgoing = try #require(OutgoingMessage.media(media, timestamp: 5))
        #expect(outgoing.type == "media")
        #expect(outgoing.mediaType == (kind == .audio ? "ptt" : kind.rawValue))
        #expect(try read(outgoing).body == .media(media))
    }

    @Test func whatIsNotAMessageIsNotSent() {
        let media = EncryptedMedia(
            kind: .history, mimeType: "", directPath: "", mediaKey: [],
            digest: MediaDigest(sha256: [], encryptedSHA256: [], length: 0))
        #expect(OutgoingMessage.media(media, timestamp: 0) == nil)
    }

    @Test func theOtherKinds() throws {
        let place = Body.Location(latitude: 1.5, longitude: -2.5, name: "Shop", address: "Street 1")
        #expect(try read(.location(place)).body == .location(place))
        let contact = Body.Contact(name: "Ann", vcard: "BEGIN:VCARD")
        #expect(try read(.contact(contact)).body == .contacts([contact]))
        #expect(try read(.reaction("+1", to: Self.key, milliseconds: 1)).body == .reaction(Self.key, "+1"))
        let poll = OutgoingMessage.poll(
            "When?", options: ["a", "b"], selectable: 1, secret: [UInt8](repeating: 4, count: 32))
        #expect(try read(poll).body == .poll(name: "When?", options: ["a", "b"], selectable: 1))
        #expect(try read(poll).secret == [UInt8](repeating: 4, count: 32))
        #expect(poll.pollType == "creation" && poll.type == "poll")
        let vote = OutgoingMessage.vote([1], nonce: [2], on: Self.key, milliseconds: 1)
        #expect(try read(vote).body == .pollVote(Self.key, payload: [1], nonce: [2]))
        #expect(try read(.revoke(Self.key)).body == .revoke(Self.key))
        #expect(OutgoingMessage.revoke(Self.key).edit == "7")
        let edit = OutgoingMessage.edit(Self.key, text: "better", milliseconds: 1)
        #expect(try read(edit).body == .edit(Self.key, .text("better")))
        #expect(edit.edit == "1" && edit.hidesFailure)
    }

    @Test func answersToButtonsAndLists() throws {
        let messages: [WAMessage] = [
            .with {
                $0.buttonsResponseMessage.selectedButtonID = "1"
                $0.buttonsResponseMessage.selectedDisplayText = "Yes"
            },
            .with {
                $0.listResponseMessage.singleSelectReply.selectedRowID = "1"
                $0.listResponseMessage.title = "Yes"
            },
            .with {
                $0.templateButtonReplyMessage.selectedID = "1"
                $0.templateButtonReplyMessage.selectedDisplayText = "Yes"
            },
            .with {
                $0.interactiveResponseMessage.nativeFlowResponseMessage.name = "1"
                $0.interactiveResponseMessage.nativeFlowResponseMessage.paramsJson = "Yes"
            },
        ]
        for message in messages { #expect(try read(message).body == .choice(id: "1", text: "Yes")) }
    }

    @Test func everyWrapperComesOff() throws {
        let inner = WAMessage.with { $0.conversation = "inside" }
        let wrapped: [WAMessage] = [
            .with { $0.ephemeralMessage.message = inner }, .with { $0.viewOnceMessage.message = inner },
            .with { $0.viewOnceMessageV2.message = inner }, .with { $0.viewOnceMessageV2Extension.message = inner },
            .with { $0.documentWithCaptionMessage.message = inner }, .with { $0.editedMessage.message = inner },
            .with { $0.lottieStickerMessage.message = inner }, .with { $0.botInvokeMessage.message = inner },
        ]
        for (index, message) in wrapped.enumerated() {
            let received = try read(message)
            #expect(received.body == .text("inside"), "wrapper \(index)")
            #expect(received.isViewOnce == (1...3).contains(index))
        }
        let own = OutgoingMessage.text("x").content(forOwnDevicesIn: .hiddenUser("9", device: 2))
        let received = try ReceivedMessage(own)
        #expect(received.body == .text("x") && received.destination == .hiddenUser("9"))
    }

    @Test func wrappersWithoutEndAreRefused() throws {
        var message = WAMessage.with { $0.conversation = "x" }
        for _ in 0..<9 {
            let inner = message
            message = .with { $0.ephemeralMessage.message = inner }
        }
        #expect(throws: ReceivedMessage.Failure.tooDeep) { try read(message) }
        var bytes: [UInt8] = []
        for _ in 0..<60 {
            let part = [0x0A] + varint(bytes.count) + bytes
            bytes = [0xC2, 0x02] + varint(part.count) + part
        }
        #expect(throws: ReceivedMessage.Failure.tooDeep) { try ReceivedMessage(bytes) }
    }

    private func varint(_ value: Int) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + varint(value >> 7)
    }

    @Test func groupKeysComeAlong() throws {
        var random = SeededGenerator(seed: 1)
        var record = SenderKeyRecord()
        let distribution = record.create(using: &random)
        let group = JID(user: "1", server: .group)
        let alone = try ReceivedMessage(OutgoingMessage.senderKey(distribution, group: group))
        #expect(alone.body == .empty)
        #expect(alone.senderKey == .init(group: group, distribution: distribution))
        let both = try ReceivedMessage(OutgoingMessage.text("again").content(with: distribution, group: group))
        #expect(both.body == .text("again") && both.senderKey?.distribution == distribution)
    }

    @Test func controlMessages() throws {
        let keys = WAMessage.with {
            $0.protocolMessage.type = .appStateSyncKeyShare
            $0.protocolMessage.appStateSyncKeyShare.keys = [
                .with {
                    $0.keyID.keyID = Data([1])
                    $0.keyData.keyData = Data([2])
                    $0.keyData.timestamp = 3
                }
            ]
        }
        #expect(try read(keys).body == .control(.appStateKeys([.init(id: [1], data: [2], timestamp: 3)])))
        let payload = WALIDMigrationMappingSyncPayload.with {
            $0.pnToLidMappings = [
                .with {
                    $0.pn = 1555
                    $0.assignedLid = 77
                }
            ]
        }
        let plain: [UInt8] = try payload.serializedBytes()
        for bytes in [plain, try Zlib.deflate(plain)] {
            let pairs = WAMessage.with {
                $0.protocolMessage.type = .lidMigrationMappingSync
                $0.protocolMessage.lidMigrationMappingSyncMessage.encodedMappingPayload = Data(bytes)
            }
            let expected = try #require(LIDPair(.phoneNumber("1555"), .hiddenUser("77")))
            #expect(try read(pairs).body == .control(.lidPairs([expected])))
        }
        let expiry = WAMessage.with {
            $0.protocolMessage.type = .ephemeralSetting
            $0.protocolMessage.ephemeralExpiration = 60
        }
        #expect(try read(expiry).body == .control(.expiration(60)))
    }

    @Test func historyKeepsWhoIsWho() throws {
        let history = WAHistorySync.with {
            $0.syncType = .recent
            $0.phoneNumberToLidMappings = [
                .with {
                    $0.pnJid = "1555@s.whatsapp.net"
                    $0.lidJid = "77@lid"
                }
            ]
            $0.pushnames = [
                .with {
                    $0.id = "1555@s.whatsapp.net"
                    $0.pushname = "Ann"
                }
            ]
            $0.conversations = [
                .with {
                    $0.id = "77@lid"
                    $0.tcToken = Data([9])
                    $0.tcTokenTimestamp = 5
                }
            ]
            $0.nctSalt = Data([7])
        }
        let parsed = try HistorySync.parse(Zlib.deflate(history.serializedBytes()))
        #expect(parsed.pairs.count == 1 && parsed.pushNames.map(\.name) == ["Ann"])
        #expect(parsed.privacyTokens == [.init(chat: .hiddenUser("77"), token: [9], timestamp: 5)])
        #expect(parsed.nctSalt == [7])
        #expect(throws: NodeError.compression(.tooLarge(limit: 3))) {
            try HistorySync.parse(Zlib.deflate(history.serializedBytes()), limit: 3)
        }
    }

    @Test func unknownFieldsAreKept() throws {
        // Field 1000, varint 5, behind a conversation.
        let bytes = OutgoingMessage.text("x").content + [0xC0, 0x3E, 5]
        let received = try ReceivedMessage(bytes)
        #expect(received.body == .text("x") && received.content == bytes)
        #expect(try ReceivedMessage([0xC0, 0x3E, 5]).body == .unsupported)
        #expect(try ReceivedMessage([]).body == .empty)
        #expect(throws: ReceivedMessage.Failure.protobuf) { try ReceivedMessage([0xFF, 0xFF]) }
        #expect(throws: ReceivedMessage.Failure.padding) { try ReceivedMessage(padded: [1, 2, 9]) }
    }

    @Test func anyBytesAreReadOrRefused() throws {
        let corpus = [
            OutgoingMessage.text("hello", context: .init(mentions: [.hiddenUser("1")])).content,
            OutgoingMessage.edit(Self.key, text: "better", milliseconds: 1).content,
            OutgoingMessage.poll("When?", options: ["a", "b"], selectable: 2, secret: [1]).content,
        ]
        for seed in Fuzz.seeds {
            var random = SeededGenerator(seed: seed)
            let bytes = Fuzz.mutate(corpus.randomElement(using: &random) ?? [], using: &random)
            guard let received = try? ReceivedMessage(bytes) else { continue }
            #expect(throws: Never.self, "seed \(seed)") { try ReceivedMessage(received.content) }
        }
    }
}
