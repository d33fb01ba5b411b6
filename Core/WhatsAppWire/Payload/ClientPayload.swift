import FoundationEssentials
import SwiftProtobuf

/// What a client says about itself in the handshake.
package struct ClientPayload: Sendable, Equatable {
    let message: WAClientPayload

    private init(message: WAClientPayload) {
        self.message = message
    }

    package struct Malformed: Error, Equatable {}

    package init(_ bytes: [UInt8]) throws(Malformed) {
        do { message = try WAClientPayload(serializedBytes: bytes) } catch { throw Malformed() }
    }

    package var bytes: [UInt8] { (try? message.serializedBytes()) ?? [] }

    // MARK: Made by a client

    /// To be linked: nothing but keys.
    package static func registration(_ credentials: Credentials, client: ClientDescription) -> ClientPayload {
        var message = common(client)
        message.passive = false
        message.pull = false
        message.devicePairingData = .with {
            $0.eRegid = Data([UInt8](bigEndian: credentials.registrationID, count: 4))
            $0.eKeytype = Data([PublicKey.type])
            $0.eIdent = Data(credentials.identityKey.publicKey.bytes)
            $0.eSkeyID = Data([UInt8](bigEndian: credentials.signedPreKey.id, count: 3))
            $0.eSkeyVal = Data(credentials.signedPreKey.key.publicKey.bytes)
            $0.eSkeySig = Data(credentials.signedPreKey.signature)
            $0.buildHash = Data(client.version.buildHash)
            $0.deviceProps = Data(client.properties)
        }
        return ClientPayload(message: message)
    }

    /// To come back as a linked device. nil when the JID is not a phone number's.
    package static func login(_ device: JID, client: ClientDescription) -> ClientPayload? {
        guard device.isPhoneNumber, let number = UInt64(device.user) else { return nil }
        var message = common(client)
        message.username = number
        message.device = UInt32(device.device)
        message.passive = true
        message.pull = true
        message.lc = 1
        message.lidDbMigrated = true
        return ClientPayload(message: message)
    }

    private static func common(_ client: ClientDescription) -> WAClientPayload {
        .with {
            $0.userAgent = .with {
                $0.platform = .web
                $0.appVersion.primary = client.version.primary
                $0.appVersion.secondary = client.version.secondary
                $0.appVersion.tertiary = client.version.build
                $0.mcc = "000"
                $0.mnc = "000"
                $0.osVersion = "0.1"
                $0.manufacturer = ""
                $0.device = "Desktop"
                $0.osBuildNumber = "0.1"
                $0.releaseChannel = .release
                $0.localeLanguageIso6391 = "en"
                $0.localeCountryIso31661Alpha2 = "US"
            }
            $0.webInfo.webSubPlatform = .webBrowser
            $0.connectType = .wifiUnknown
            $0.connectReason = .userActivated
        }
    }

    // MARK: Read by a server

    package enum Purpose: Sendable, Equatable {
        case registration(Registration)
        case login(JID)
    }

    package struct Registration: Sendable, Equatable {
        package let registrationID: UInt32
        package let identity: PublicKey
        package let signedPreKey: SignedPreKey.Public
    }

    /// Checks the signed pre-key of a registration.
    package func purpose() throws(Malformed) -> Purpose {
        guard message.hasDevicePairingData else {
            guard message.hasUsername, let device = UInt16(exactly: message.device) else { throw Malformed() }
            return .login(.phoneNumber("\(message.username)", device: device))
        }
        let data = message.devicePairingData
        guard data.eRegid.count == 4, data.eSkeyID.count == 3, Array(data.eKeytype) == [PublicKey.type],
            let identity = try? PublicKey(data.eIdent), let key = try? PublicKey(data.eSkeyVal)
        else { throw Malformed() }
        let signed = SignedPreKey.Public(
            id: UInt32(Array(data.eSkeyID).bigEndianValue ?? 0), key: key, signature: Array(data.eSkeySig))
        guard signed.isSigned(by: identity) else { throw Malformed() }
        return .registration(
            Registration(
                registrationID: UInt32(Array(data.eRegid).bigEndianValue ?? 0), identity: identity,
                signedPreKey: signed))
    }

    /// The version the client claims: a server may refuse an old one with `failure 405`.
    package var version: ClientVersion {
        let version = message.userAgent.appVersion
        return ClientVersion(primary: version.primary, secondary: version.secondary, build: version.tertiary)
    }
}
