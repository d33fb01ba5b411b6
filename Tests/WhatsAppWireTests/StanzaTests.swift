import Support
import Testing

@testable import WhatsAppWire

/// Each stanza as one side writes it and the other reads it, over real bytes.
@Suite struct StanzaTests {
    private func wire(_ node: Node) throws -> Node {
        try NodeReader.decode(NodeWriter.encode(node))
    }

    private func credentials(_ random: inout SeededGenerator) -> Credentials { .generate(using: &random) }

    @Test func messagesToSeveralDevicesAndGroups() throws {
        let first = EncryptedMessage(kind: .preKeyMessage, bytes: [1])
        let second = EncryptedMessage(kind: .message, bytes: [2])
        var stanza = MessageStanza(
            id: "3EB0AA", to: .hiddenUser("5"), message: .text("x"),
            recipients: [
                .init(device: .hiddenUser("5"), message: first),
                .init(device: .hiddenUser("5", device: 2), message: second),
            ])
        stanza.peerPhoneNumber = .phoneNumber("1555")
        stanza.deviceIdentity = [9]
        stanza.privacyToken = [8]
        #expect(try MessageStanza(wire(stanza.node)) == stanza)
        stanza.recipients.removeFirst()
        #expect(stanza.node.child("device-identity") == nil)
        var group = MessageStanza(
            id: "3EB0AB", to: JID(user: "1", server: .group),
            message: .poll("q", options: ["a"], selectable: 1, secret: []), recipients: [])
        group.groupMessage = EncryptedMessage(kind: .senderKeyMessage, bytes: [3])
        group.addressingMode = "lid"
        group.deviceHash = "2:abc"
        #expect(try MessageStanza(wire(group.node)) == group)
        #expect(throws: StanzaError("message.id")) { try MessageStanza(Node("message")) }
        #expect(throws: StanzaError("message.to")) { try MessageStanza(Node("message", ["id": "1"])) }
    }

    @Test func whoWroteToWhom() throws {
        let account = AcknowledgementTests.account
        func parse(_ envelope: Delivery.Envelope, extra: Attributes = [:]) throws -> IncomingMessage {
            let node = Delivery.node(
                envelope, encrypted: [.init(kind: .message, bytes: [1])], deviceIdentity: [4], extra: extra)
            return try IncomingMessage(wire(node), account: account)
        }
        let direct = try parse(
            .init(id: "1", from: .hiddenUser("5", device: 2), timestamp: 9),
            extra: ["sender_pn": .jid(.phoneNumber("1666")), "notify": "Ann", "offline": "1"])
        #expect(direct.chat == .hiddenUser("5") && direct.sender == .hiddenUser("5", device: 2))
        #expect(!direct.isFromMe && direct.timestamp == 9 && direct.pushName == "Ann" && direct.isOffline)
        #expect(direct.pairs == [LIDPair(.hiddenUser("5"), .phoneNumber("1666"))].compactMap(\.self))
        #expect(direct.senderAlternate == .phoneNumber("1666") && direct.encrypted.count == 1)
        let own = try parse(
            .init(id: "1", from: .phoneNumber("1555"), recipient: .hiddenUser("5"), timestamp: 9))
        #expect(own.isFromMe && own.chat == .hiddenUser("5"))
        let group = JID(user: "1", server: .group)
        let inGroup = try parse(
            .init(id: "1", from: group, participant: .hiddenUser("77", device: 1), timestamp: 9))
        #expect(inGroup.chat == group && inGroup.isFromMe && inGroup.isGroup)
        #expect(throws: StanzaError("message.participant")) {
            try parse(.init(id: "1", from: group, timestamp: 9))
        }
        let unavailable = Node(
            "message", ["id": "1", "from": .jid(.hiddenUser("5"))],
            children: [Node("unavailable", ["type": "view_once"]), Node("enc", ["v": "3", "type": "msg"], bytes: [1])])
        let parsed = try IncomingMessage(unavailable, account: account)
        #expect(parsed.unavailable == "view_once" && parsed.encrypted.isEmpty && parsed.hasUnknownEncryption)
        #expect(parsed.unopened == .refused(.unparsable) && direct.unopened == nil)
    }

    @Test func messagesWithoutEncryption() throws {
        func outcome(from: JID, participant: JID? = nil, _ child: Node) throws -> Acknowledgement.Outcome? {
            let node = Node(
                "message", ["id": "1", "from": .jid(from), "participant": .optional(participant)], children: [child])
            return try IncomingMessage(wire(node), account: AcknowledgementTests.account).unopened
        }
        let plain = Node("plaintext", bytes: OutgoingMessage.text("forged").content)
        let (person, group) = (JID.phoneNumber("1666"), JID(user: "1", server: .group))
        #expect(try outcome(from: person, plain) == .refused(.unknownStanza))
        #expect(try outcome(from: .hiddenUser("5"), plain) == .refused(.unknownStanza))
        #expect(try outcome(from: group, participant: person, plain) == .refused(.unknownStanza))
        #expect(try outcome(from: person, Node("unavailable", ["type": "view_once"])) == .nothingForUs)
        #expect(try outcome(from: JID(user: "1", server: .newsletter), plain) == .nothingForUs)
    }

    @Test func preKeys() throws {
        var random = SeededGenerator(seed: 1)
        let credentials = credentials(&random)
        let (keys, _) = PreKey.generate(3, from: 1, using: &random)
        let upload = PreKeyStanzas.Upload(credentials: credentials, preKeys: keys)
        #expect(try PreKeyStanzas.Upload(wire(upload.node(id: "1"))) == upload)
        let forged = PreKeyStanzas.Upload(
            credentials: Credentials(
                noiseKey: credentials.noiseKey, identityKey: credentials.noiseKey,
                signedPreKey: credentials.signedPreKey, registrationID: 1, advSecret: []), preKeys: [])
        #expect(throws: StanzaError("iq.skey")) { try PreKeyStanzas.Upload(forged.node(id: "1")) }

        let devices: [JID] = [.hiddenUser("5"), .hiddenUser("5", device: 2), .hiddenUser("6")]
        let fetch = try wire(PreKeyStanzas.fetch(id: "2", devices: devices))
        #expect(PreKeyStanzas.parseFetch(fetch) == devices)
        func bundle(_ preKey: PreKey?) -> PreKeyStanzas.Fetched {
            .bundle(
                PreKeyBundle(
                    registrationID: credentials.registrationID, identity: credentials.identityKey.publicKey,
                    signedPreKey: credentials.signedPreKey.published, preKey: preKey?.published))
        }
        let found: [(JID, PreKeyStanzas.Fetched)] = [
            (devices[0], bundle(keys[0])), (devices[1], bundle(nil)), (devices[2], .unavailable(code: 404)),
        ]
        let reply = try wire(PreKeyStanzas.reply(to: fetch, found, now: 5))
        #expect(PreKeyStanzas.parse(reply) == Dictionary(uniqueKeysWithValues: found))
        #expect(try PreKeyStanzas.parseCount(wire(PreKeyStanzas.countReply(to: PreKeyStanzas.count(id: "1"), 7))) == 7)
    }

    @Test func peopleGroupsAndMedia() throws {
        let query = try wire(Usync.devices(of: [.hiddenUser("5", device: 3)], id: "1", sessionID: "s"))
        let request = try #require(Usync.Request(query))
        #expect(request.users == [.hiddenUser("5")] && request.kinds == ["devices", "lid"])
        let users = [
            Usync.User(
                jid: .phoneNumber("1555"), lid: .hiddenUser("5"),
                devices: [.init(number: 0), .init(number: 4, keyIndex: 2), .init(number: 9)])
        ]
        let parsed = try Usync.parse(wire(Usync.reply(to: query, users)))
        #expect(parsed == users)
        #expect(parsed[0].addresses() == [.phoneNumber("1555"), .phoneNumber("1555", device: 4)])

        let group = JID(user: "120363", server: .group)
        let info = GroupInfo(
            jid: group, subject: "Team", addressingMode: "lid",
            participants: [.init(jid: .hiddenUser("5"), alternate: .phoneNumber("1555"), isAdmin: true)],
            isAnnouncement: true, expiration: 60)
        let groupReply = try wire(info.reply(to: GroupInfo.query(group, id: "1")))
        #expect(groupReply.jid("from") == group)
        #expect(try GroupInfo(groupReply, asked: group) == info)

        let connection = MediaConnection(auth: "a+b/c", timeToLive: 60, hosts: ["mmg.example.net"])
        let reply = try wire(connection.reply(to: MediaConnection.query(id: "1")))
        #expect(try MediaConnection(reply) == connection)
        let digest = MediaDigest(sha256: [], encryptedSHA256: [0xFB, 0xFF], length: 1)
        #expect(
            connection.uploadURL(host: "h", kind: .image, digest: digest)
                == "https://h/mms/image/-_8%3D?auth=a%2Bb%2Fc&token=-_8%3D")
        var media = EncryptedMedia(kind: .image, mimeType: "", directPath: "/v?x=1", mediaKey: [], digest: digest)
        #expect(
            MediaConnection.downloadURL(host: "h", media: media)
                == "https://h/v?x=1&hash=-_8%3D&mms-type=image&__wa-mms=")
        for path in ["", "//evil.example/x", "https://evil.example", "/a b", "/a#b", "/a\\b", "@evil.example"] {
            media.directPath = path
            #expect(MediaConnection.downloadURL(host: "h", media: media) == nil, "\(path)")
        }
    }

    @Test func receipts() throws {
        let read = try #require(
            Receipt.read(["A", "B", "C"], in: .hiddenUser("5"), participant: nil, at: 7))
        var seen = try wire(read)
        seen.attributes["from"] = .jid(.hiddenUser("5", device: 1))
        let receipt = try Receipt(seen)
        #expect(receipt.kind == .read && receipt.ids == ["A", "B", "C"] && receipt.timestamp == 7)
        #expect(Receipt.read([], in: .hiddenUser("5"), at: 7) == nil)
        for type in ["read", "played", "sender", "inactive", "read-self", "played-self", "retry", "server-error", "x"] {
            #expect(Receipt.Kind(type).type == type)
        }
        #expect(Receipt.Kind(nil) == .delivered && Receipt.Kind.delivered.type == nil)
    }

    @Test func theServersWordOnAMessage() throws {
        let sent = MessageStanza(id: "1", to: .hiddenUser("5"), message: .text("x"), recipients: [])
        func meaning(error: Int? = nil, hash: String? = nil) throws -> ServerAck.Meaning {
            let node = try wire(Delivery.acknowledge(sent, now: 5, error: error, deviceHash: hash))
            return try #require(ServerAck(node)).meaning(sentHash: "2:me")
        }
        #expect(try meaning() == .accepted)
        #expect(try meaning(hash: "2:me") == .accepted)
        #expect(try meaning(hash: "2:other") == .staleDevices)
        #expect(try meaning(error: 463) == .noPrivacyToken)
        #expect(try meaning(error: 479) == .invalid)
        #expect(try meaning(error: 429) == .rateLimited)
        #expect(try meaning(error: 400) == .refused(400))
    }

    @Test func notificationsAndHints() {
        func notification(_ type: String, _ children: [Node], from: JID = .service) -> WhatsAppWire.Notification? {
            Notification(Node("notification", ["type": .text(type), "from": .jid(from)], children: children))
        }
        #expect(notification("encrypt", [Node("count", ["value": "3"])]) == .lowOnPreKeys(count: 3))
        #expect(
            notification("encrypt", [Node("identity")], from: .hiddenUser("5", device: 2))
                == .identityChanged(.hiddenUser("5")))
        #expect(notification("devices", [], from: .hiddenUser("5")) == .devicesChanged(.hiddenUser("5")))
        let group = JID(user: "1", server: .group)
        #expect(
            notification(
                "w:gp2",
                [
                    Node("remove", children: [Node("participant", ["jid": .jid(.hiddenUser("5"))])]),
                    Node("subject", ["subject": "New"]), Node("locked"),
                ], from: group)
                == .group(group, [.removed([.hiddenUser("5")]), .subject("New"), .other("locked")]))
        #expect(notification("passkey_prologue_request", []) == .needsPasskey)
        #expect(notification("link_code_companion_reg", []) == .linkCode)
        #expect(
            notification(
                "privacy_token",
                [Node("tokens", children: [Node("token", ["type": "trusted_contact", "t": "4"], bytes: [1])])],
                from: .hiddenUser("5")) == .privacyToken(sender: .hiddenUser("5"), token: [1], timestamp: 4))
        #expect(notification("unheard", []) == .other("unheard"))
        let hints = Node(
            "ib",
            children: [
                Node("offline_preview", ["count": "2"]), Node("offline", ["count": "2"]),
                Node("edge_routing", children: [Node("routing_info", bytes: [1, 2])]), Node("thing"),
            ])
        #expect(
            Hint.parse(hints)
                == [.offlinePreview(count: 2), .offlineDone(count: 2), .routing([1, 2]), .other("thing")])
    }

    @Test func queriesAndTheirIds() throws {
        var random = SeededGenerator(seed: 1)
        var ids = IQ.Identifiers(using: &random)
        #expect(Set((0..<100).map { _ in ids.next() }).count == 100)
        let query = Stanzas.keepAlive(id: "7")
        #expect(IQ.result(of: query)["id"] == "7" && IQ.result(of: query).jid("from") == .service)
        #expect(throws: IQ.Failure(code: 404, text: "item-not-found")) {
            try IQ.reply(wire(IQ.error(of: query, code: 404, text: "item-not-found")))
        }
        #expect(try IQ.reply(IQ.result(of: query))["type"] == "result")
        #expect(PairDevice.refs(try wire(PairDevice.node(id: "1", refs: ["2@A", "0"]))) == ["2@A", "0"])
        #expect(Success(Success.node(lid: .hiddenUser("7", device: 3), now: 5))?.lid == .hiddenUser("7", device: 3))
    }
}
