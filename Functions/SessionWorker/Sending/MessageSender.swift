import Conversation
import FoundationEssentials
import WhatsAppWire

/// Sending: who has to get it, sessions with all of them, the ratchet step and the message's
/// id stored, then the socket, then the server's word.
struct MessageSender: Sendable {
    let own: OwnDevice
    let addresses: AddressBook
    let devices: DeviceDirectory
    let groups: GroupDirectory
    let person: PersonStanza
    let group: GroupStanza
    let server: StanzaChannel
    let faults: FaultPoints
    let enqueue: @Sendable (BackgroundTask) -> Void

    func send(_ pending: PendingMessage) async throws -> ServerAck.Meaning {
        guard own.account != nil else { throw SendError.notConnected }
        let (stanza, hash) =
            pending.chat.isGroup ? try await group.make(pending) : try await person.make(pending)
        faults.reach(.lineEncrypted)
        let ack = try await server.deliver(stanza.node, pending.id) { faults.reach(.lineWritten) }
        faults.reach(.lineAcknowledged)
        let meaning = ack.meaning(sentHash: hash)
        try await follow(meaning, pending)
        if meaning == .staleDevices, !pending.chat.isGroup,
            let rest = try await person.completed(stanza, pending)
        {
            try await server.send(rest.node)
        }
        return meaning
    }

    private func follow(_ meaning: ServerAck.Meaning, _ pending: PendingMessage) async throws {
        switch meaning {
        case .staleDevices, .invalid:
            // Lists are asked for anew.
            try await devices.forget((pending.chat.isGroup ? [] : [pending.chat]) + own.addresses)
            if pending.chat.isGroup { try await groups.forgetMembers(of: pending.chat) }
        case .accepted where pending.chat.isUser:
            enqueue(.issueToken(try await addresses.canonical(pending.chat)))
        case .accepted, .noPrivacyToken, .rateLimited, .refused: break
        }
    }
}
