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
    let log: LineLog
    let enqueue: @Sendable (BackgroundTask) -> Void

    func send(_ pending: PendingMessage) async throws -> ServerAck.Meaning {
        guard own.account != nil else { throw SendError.notConnected }
        let (stanza, hash) = try await made(pending)
        faults.reach(.lineEncrypted)
        let ack = try await server.deliver(stanza.node, pending.id) { faults.reach(.lineWritten) }
        faults.reach(.lineAcknowledged)
        let meaning = ack.meaning(sentHash: hash)
        do {
            try await follow(meaning, stanza, pending)
        } catch {
            // What the server said of the message stands.
            log.complain("what follows a message was not done", error)
        }
        return meaning
    }

    /// Nothing is with the socket yet: when the connection fails here, the message has not left.
    private func made(_ pending: PendingMessage) async throws -> (MessageStanza, hash: String?) {
        do {
            return pending.chat.isGroup ? try await group.make(pending) : try await person.make(pending)
        } catch let error as ConnectionError {
            throw NotHandedOver(cause: error)
        }
    }

    private func follow(
        _ meaning: ServerAck.Meaning, _ stanza: MessageStanza, _ pending: PendingMessage
    ) async throws {
        switch meaning {
        case .staleDevices, .invalid:
            // Lists are asked for anew.
            try await devices.forget((pending.chat.isGroup ? [] : [pending.chat]) + own.addresses)
            if pending.chat.isGroup { return try await groups.forgetMembers(of: pending.chat) }
            guard meaning == .staleDevices, let rest = try await person.completed(stanza, pending) else { return }
            try await server.send(rest.node)
        case .accepted where pending.chat.isUser:
            enqueue(.issueToken(try await addresses.canonical(pending.chat)))
        case .accepted, .noPrivacyToken, .rateLimited, .refused: break
        }
    }
}

/// The connection failed before the message was handed to it.
struct NotHandedOver: Error, CustomStringConvertible {
    let cause: ConnectionError

    var description: String { "the message was not handed over: \(cause)" }
}
