import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// The same words for several devices, each under its own session.
extension Session {
    /// Ratchets that moved, and what they made. Store the first, then send the second.
    struct Sealed: Sendable {
        var moved: [LineKey: [UInt8]] = [:]
        var recipients: [MessageStanza.Recipient] = []
        /// What else was asked for.
        var others: [LineKey: [UInt8]] = [:]
        /// Devices that there is neither a session nor a bundle for.
        var missing: [JID] = []
    }

    /// Call it under the line's lock. Devices without session and bundle are left out.
    ///
    /// - Parameter others: keys to load in the same round trip.
    func seal(
        for targets: [JID], bundles: [JID: PreKeyBundle], and others: [LineKey] = [], _ content: (JID) -> [UInt8]
    ) async throws -> Sealed {
        let named = try await addresses(of: targets)
        let stored = try keys.opened(try await read([keys.load(named.map { .session($0.1) } + others)])[0])
        var random = SystemRandomNumberGenerator()
        var sealed = Sealed()
        sealed.others = stored.filter { others.contains($0.key) }
        for (device, address) in named {
            var session = try stored[.session(address)].map { try SessionRecord(serialized: $0) } ?? SessionRecord()
            if session.isEmpty {
                guard let bundle = bundles[device] else {
                    sealed.missing.append(device)
                    continue
                }
                do throws(SignalError) {
                    try session.initiate(from: credentials.identityKey, to: bundle, using: &random)
                } catch {
                    environment.log.complain("a device's keys are wrong", error, fields)
                    continue
                }
            }
            let padded = MessagePadding.add(to: content(device), using: &random)
            let message = try session.encrypt(padded, registrationID: credentials.registrationID)
            sealed.moved[.session(address)] = session.serialized
            sealed.recipients.append(.init(device: device, message: message))
        }
        return sealed
    }
}
