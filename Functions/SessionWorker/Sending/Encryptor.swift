import FoundationEssentials
import Store
import WhatsAppWire

/// Ratchets that moved, and what they made. Store the first, then send the second.
struct Encrypted: Sendable {
    var moved: [LineKey: [UInt8]] = [:]
    var recipients: [MessageStanza.Recipient] = []
    /// What else was asked for.
    var others: [LineKey: [UInt8]] = [:]
    /// Devices that there is neither a session nor a bundle for.
    var missing: [JID] = []
}

/// The same words for several devices, each under its own session.
struct Encryptor: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let log: LineLog

    /// Call it under the line's ratchet lock. Devices without session and bundle are left out.
    ///
    /// - Parameter others: secrets to load in the same round trip.
    func encrypt(
        for targets: [JID], bundles: [JID: PreKeyBundle], and others: [LineKey] = [], _ content: (JID) -> [UInt8]
    ) async throws -> Encrypted {
        let named = try await addresses.signalAddresses(of: targets)
        let stored = try await database.secrets(named.map { .session($0.1) } + others)
        var encrypted = Encrypted()
        encrypted.others = stored.filter { others.contains($0.key) }
        for (device, address) in named {
            let session = try stored[.session(address)].map { try SessionRecord(serialized: $0) } ?? SessionRecord()
            try add(device, address, session, bundles[device], content(device), to: &encrypted)
        }
        return encrypted
    }

    private func add(
        _ device: JID, _ address: SignalAddress, _ stored: SessionRecord, _ bundle: PreKeyBundle?, _ content: [UInt8],
        to encrypted: inout Encrypted
    ) throws {
        var session = stored
        var random = SystemRandomNumberGenerator()
        let credentials = own.credentials
        if session.isEmpty {
            guard let bundle else { return encrypted.missing.append(device) }
            do throws(SignalError) {
                try session.initiate(from: credentials.identityKey, to: bundle, using: &random)
            } catch {
                return log.complain("a device's keys are wrong", error)
            }
        }
        let padded = MessagePadding.add(to: content, using: &random)
        let message = try session.encrypt(padded, registrationID: credentials.registrationID)
        encrypted.moved[.session(address)] = session.serialized
        encrypted.recipients.append(.init(device: device, message: message))
    }
}
