import Synchronization
import WhatsAppWire

/// Whether this device counts as being there. An available device shows its receipts as two ticks.
final class Presence: Sendable {
    private struct State {
        var isAvailable = false
        /// Conversations that are being answered.
        var users = 0
    }

    private let state = Mutex(State())
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

    var isAvailable: Bool { state.withLock { $0.isAvailable } }

    /// Others see it beside our number.
    private var name: String? { pushName ?? own.account?.businessName ?? lineName }

    /// Whoever types does it within this: when the last one has ended, however it ended, the device is away again.
    func duringTyping<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        state.withLock { $0.users += 1 }
        let result: Result
        do {
            result = try await body()
        } catch {
            await leave()
            throw error
        }
        await leave()
        return result
    }

    func type(in chat: JID) async throws {
        state.withLock { $0.isAvailable = true }
        try await server.send(Stanzas.presence(isAvailable: true, name: name))
        try await server.send(Stanzas.typing(in: chat, isTyping: true))
    }

    /// While a companion is available the phone may stop notifying its owner.
    private func leave() async {
        let wasAvailable = state.withLock { state in
            state.users -= 1
            guard state.users == 0 else { return false }
            defer { state.isAvailable = false }
            return state.isAvailable
        }
        if wasAvailable { try? await announceAbsence() }
    }

    func announceAbsence() async throws {
        try await server.send(Stanzas.presence(isAvailable: false, name: name))
    }
}
