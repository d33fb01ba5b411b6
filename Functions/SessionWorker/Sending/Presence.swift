import Synchronization
import WhatsAppWire

/// Whether this device counts as being there. An available device shows its receipts as two ticks.
final class Presence: Sendable {
    private let available = Mutex(false)
    private let server: StanzaChannel
    private let own: OwnDevice
    /// Of the account, or what the line is called here.
    private let pushName: String?
    private let lineName: String

    init(server: StanzaChannel, own: OwnDevice, pushName: String?, lineName: String) {
        self.server = server
        self.own = own
        self.pushName = pushName
        self.lineName = lineName
    }

    var isAvailable: Bool { available.withLock { $0 } }

    /// Others see it beside our number.
    private var name: String? { pushName ?? own.account?.businessName ?? lineName }

    func type(in chat: JID) async throws {
        available.withLock { $0 = true }
        try await server.send(Stanzas.presence(isAvailable: true, name: name))
        try await server.send(Stanzas.typing(in: chat, isTyping: true))
    }

    /// While a companion is available the phone may stop notifying its owner.
    func leave() async {
        let wasAvailable = available.withLock { available in
            defer { available = false }
            return available
        }
        if wasAvailable { try? await announceAbsence() }
    }

    func announceAbsence() async throws {
        try await server.send(Stanzas.presence(isAvailable: false, name: name))
    }
}
