import FoundationEssentials
import Support
import Testing

@testable import WhatsAppWire

@Suite struct PairingTests {
    typealias Pair = NoiseTests.Pair

    struct File: Decodable {
        struct Registration: Decodable {
            let registrationId: UInt32
            let eRegid, eKeytype, eSkeyId, eSkeySig, eSkeySigMessage, eSkeySigRandom64, buildHash: Hex
            let signedPreKey: Pair
            let version: String
        }
        let companionIdentity, companionNoise, primaryIdentity: Pair
        let advSecret: Hex
        let ref, platformId, qrLegacy, qrCurrent: String
        let pairSuccessDeviceIdentity, deviceSignatureRandom64, pairDeviceSignDeviceIdentity: Hex
        let storedAccount_sentAsDeviceIdentityInPkmsg: Hex
        let keyIndexAttr: String
        let registration: Registration

        func credentials() throws -> Credentials {
            Credentials(
                noiseKey: try companionNoise.keyPair(), identityKey: try companionIdentity.keyPair(),
                signedPreKey: SignedPreKey(
                    id: 1, key: try registration.signedPreKey.keyPair(), signature: registration.eSkeySig.bytes),
                registrationID: registration.registrationId, advSecret: advSecret.bytes)
        }

        func success(identity: [UInt8]? = nil) -> Node {
            let device: Attributes = [
                "jid": .jid(.phoneNumber("15550000001", device: 3)), "lid": .jid(.hiddenUser("1001", device: 3)),
            ]
            return IQ.set(
                id: "Y", xmlns: "md", from: .service,
                [
                    Node(
                        "pair-success",
                        children: [
                            Node("device-identity", bytes: identity ?? pairSuccessDeviceIdentity.bytes),
                            Node("device", device), Node("platform", ["name": "android"]),
                            Node("biz", ["name": "Shop"]),
                        ])
                ])
        }
    }

    @Test func theQRCodeAsTheVectorsHaveIt() throws {
        let file = try Vectors.load("pairing.json", as: File.self)
        let code = PairingQR(ref: file.ref, credentials: try file.credentials(), platform: file.platformId)
        #expect(code.text == file.qrCurrent)
        #expect(code.legacyText == file.qrLegacy)
        #expect(PairingQR(scanned: code.text) == code)
        #expect(PairingQR(scanned: code.legacyText)?.identity == code.identity)
        for text in ["", "a,b,c", "a,b,c,d", code.text.replacing("=", with: "")] {
            #expect(PairingQR(scanned: text) == nil, "\(text)")
        }
    }

    @Test func codesRotate() throws {
        let file = try Vectors.load("pairing.json", as: File.self)
        var rotation = QRRotation(refs: ["a", "b"], credentials: try file.credentials())
        var seconds: [Int] = []
        while case .show(_, let shown) = rotation.next() { seconds.append(shown) }
        #expect(seconds == [60, 20])
        #expect(rotation.next() == .startOver)
    }

    @Test func pairSuccessAsTheVectorsHaveIt() throws {
        let file = try Vectors.load("pairing.json", as: File.self)
        var random = ScriptedGenerator(file.deviceSignatureRandom64.bytes)
        let (account, answer) = try PairSuccess.accept(
            file.success(), credentials: file.credentials(), using: &random)
        #expect(account.signedIdentity == file.storedAccount_sentAsDeviceIdentityInPkmsg.bytes)
        let signed = try #require(answer.child("pair-device-sign")?.child("device-identity"))
        #expect(signed.bytes == file.pairDeviceSignDeviceIdentity.bytes)
        #expect(signed["key-index"] == file.keyIndexAttr)
        #expect(answer["id"] == "Y")
        #expect(account.jid == .phoneNumber("15550000001", device: 3))
        #expect(account.businessName == "Shop")
        #expect(try LinkedAccount(serialized: account.serialized) == account)
        // A login names the hidden id; some servers leave our device number out.
        for named in [JID.hiddenUser("9"), .hiddenUser("9", device: account.jid.device)] {
            #expect(account.named(named).lid == .hiddenUser("9", device: account.jid.device))
        }
        #expect(account.isOwn(.hiddenUser("1001")) && !account.isOwn(.hiddenUser("1002")))
    }

    @Test func aForgedPairSuccessIsRefused() throws {
        let file = try Vectors.load("pairing.json", as: File.self)
        let credentials = try file.credentials()
        var random = SeededGenerator(seed: 1)
        var otherSecret = credentials
        otherSecret.advSecret[0] ^= 1
        #expect(throws: PairingError.wrongHMAC) {
            try PairSuccess.accept(file.success(), credentials: otherSecret, using: &random)
        }
        // Rightly authenticated, but the account signed for another companion.
        let phone = PrimaryPhone(identity: try file.primaryIdentity.keyPair(), jid: .phoneNumber("1"), lid: nil)
        let foreign = try phone.pairSuccess(
            id: "1", companion: KeyPair.generate(using: &random).publicKey, advSecret: credentials.advSecret,
            device: .init(number: 1, keyIndex: 1, linkedAt: 1), using: &random)
        #expect(throws: PairingError.wrongSignature) {
            try PairSuccess.accept(foreign, credentials: credentials, using: &random)
        }
        #expect(throws: PairingError.malformed) {
            try PairSuccess.accept(file.success(identity: [1, 2]), credentials: credentials, using: &random)
        }
        let answer = PairingError.wrongSignature.answer(to: foreign)
        #expect(answer.child("error")?["code"] == "401" && answer["type"] == "error")
    }

    @Test func phoneAndCompanionAgree() throws {
        var random = SeededGenerator(seed: 5)
        let credentials = Credentials.generate(using: &random)
        let phone = PrimaryPhone(
            identity: .generate(using: &random), jid: .phoneNumber("15550000001"), lid: .hiddenUser("77"))
        let scanned = try #require(
            PairingQR(scanned: PairingQR(ref: "r", credentials: credentials).text))
        let success = try phone.pairSuccess(
            id: "9", companion: scanned.identity, advSecret: scanned.advSecret,
            device: .init(number: 4, keyIndex: 2, linkedAt: 1_800_000_000), using: &random)
        let decoded = try NodeReader.decode(NodeWriter.encode(success))
        let (account, answer) = try PairSuccess.accept(decoded, credentials: credentials, using: &random)
        #expect(account.accountSignatureKey == phone.identity.publicKey)
        #expect(account.lid == .hiddenUser("77", device: 4) && account.keyIndex == 2)
        #expect(phone.accepts(answer, companion: credentials.identityKey.publicKey))
        #expect(!phone.accepts(answer, companion: credentials.noiseKey.publicKey))
        #expect(try Credentials(serialized: credentials.serialized) == credentials)
        #expect(throws: StorageError.self) { try Credentials(serialized: [9, 9]) }
    }

    @Test func registrationAsTheVectorsHaveIt() throws {
        let file = try Vectors.load("pairing.json", as: File.self)
        let credentials = try file.credentials()
        let registration = file.registration
        let pair = try file.companionIdentity.keyPair()
        #expect(
            XEdDSA.sign(
                registration.eSkeySigMessage.bytes, with: pair, random: registration.eSkeySigRandom64.bytes)
                == registration.eSkeySig.bytes)
        let version = try #require(ClientVersion(registration.version))
        let client = ClientDescription(version: version, name: "Parley")
        let payload = ClientPayload.registration(credentials, client: client)
        let data = payload.message.devicePairingData
        #expect(Array(data.eRegid) == registration.eRegid.bytes)
        #expect(Array(data.eKeytype) == registration.eKeytype.bytes)
        #expect(Array(data.eSkeyID) == registration.eSkeyId.bytes)
        #expect(Array(data.buildHash) == registration.buildHash.bytes)
        guard case .registration(let read) = try ClientPayload(payload.bytes).purpose() else {
            Issue.record("a registration was expected")
            return
        }
        #expect(read.identity == pair.publicKey && read.registrationID == registration.registrationId)
        #expect(read.signedPreKey == credentials.signedPreKey.published)
        let login = try #require(ClientPayload.login(.phoneNumber("15550000001", device: 7), client: client))
        #expect(try ClientPayload(login.bytes).purpose() == .login(.phoneNumber("15550000001", device: 7)))
        #expect(login.version == version)
        #expect(ClientPayload.login(.hiddenUser("1"), client: client) == nil)
    }

    struct CodeFile: Decodable {
        let random5, salt, iv, linkCodeKey, wrappedCompanionEphemeralPub, wrappedPrimaryEphemeralPub: Hex
        let keyBundleSalt, keyBundleNonce, keyBundleKey, wrappedKeyBundle, primaryIdentityPub: Hex
        let ephemeralSharedSecret, identitySharedSecret, advRandom, advSecret: Hex
        let companionEphemeral, primaryEphemeral, companionIdentity: Pair
        let code, display: String

        enum CodingKeys: String, CodingKey {
            case random5, salt, iv, linkCodeKey, wrappedCompanionEphemeralPub, wrappedPrimaryEphemeralPub
            case keyBundleSalt, keyBundleNonce, keyBundleKey, wrappedKeyBundle, primaryIdentityPub
            case ephemeralSharedSecret, identitySharedSecret, advRandom, advSecret
            case companionEphemeral, primaryEphemeral, companionIdentity, code, display
        }
    }

    @Test func thePhoneNumberCodeAsTheVectorsHaveIt() throws {
        let file = try Vectors.load("pairing-code.json", as: CodeFile.self)
        let code = PairingCode(random: file.random5.bytes)
        #expect(code.text == file.code && code.display == file.display)
        #expect(PairingCode(typed: file.display.lowercased()) == code)
        #expect(PairingCode(typed: "0000-0000") == nil)
        #expect(try code.derived(file.salt.bytes) == file.linkCodeKey.bytes)
        let state = try LinkCodeCompanion.AwaitingPrimary(
            phone: .phoneNumber("15550000001"), code: code, ephemeral: file.companionEphemeral.keyPair(),
            salt: file.salt.bytes, iv: file.iv.bytes)
        #expect(state.wrapped == file.wrappedCompanionEphemeralPub.bytes)
        var random = SeededGenerator(seed: 1)
        let own = try file.companionIdentity.keyPair()
        let credentials = Credentials(
            noiseKey: .generate(using: &random), identityKey: own,
            signedPreKey: .generate(id: 1, identity: own, using: &random), registrationID: 1,
            advSecret: random.bytes(32))
        let notification = Node(
            "notification", ["type": .text(LinkCode.tag)],
            children: [
                Node(
                    LinkCode.tag,
                    children: [
                        Node("link_code_pairing_ref", bytes: [1]),
                        Node(
                            "link_code_pairing_wrapped_primary_ephemeral_pub",
                            bytes: file.wrappedPrimaryEphemeralPub.bytes),
                        Node("primary_identity_pub", bytes: file.primaryIdentityPub.bytes),
                    ])
            ])
        let (secret, answer) = try state.finish(
            notification, id: "1", credentials: credentials,
            random: (file.advRandom.bytes, file.keyBundleSalt.bytes, file.keyBundleNonce.bytes))
        #expect(secret == file.advSecret.bytes)
        let bundle = answer.child(LinkCode.tag)?.bytes(of: "link_code_pairing_wrapped_key_bundle")
        #expect(bundle == file.wrappedKeyBundle.bytes)
    }

    @Test func aCodeTypedRightLinksAndAWrongOneDoesNot() throws {
        var random = SeededGenerator(seed: 12)
        let credentials = Credentials.generate(using: &random)
        let companion = try LinkCodeCompanion.AwaitingPrimary(phone: .phoneNumber("1555"), using: &random)
        let hello = companion.hello(id: "1", credentials: credentials)
        let wrong = try #require(PairingCode(typed: "1111-1111"))
        for code in [companion.code, wrong] {
            let phone = try LinkCodePrimary(
                hello: hello, typed: code, identity: .generate(using: &random), using: &random)
            let (secret, answer) = try companion.finish(
                phone.notification(id: "n", ref: [7]), id: "2", credentials: credentials, using: &random)
            if code == wrong {
                #expect(throws: PairingError.wrongCode) { try phone.finish(answer) }
            } else {
                let proved = try phone.finish(answer)
                #expect(proved.companion == credentials.identityKey.publicKey && proved.advSecret == secret)
            }
        }
    }
}
