import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// After `success`: one-time keys, then active.
struct Login: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let preKeys: PreKeySupply
    let presence: Presence
    let server: StanzaChannel
    let settings: Settings
    let faults: FaultPoints
    let log: LineLog

    /// The server lets us in, and says under which hidden id.
    func accepted(_ success: Success, as account: LinkedAccount) async throws {
        let known = success.lid.map(account.named) ?? account
        if known != account, let lid = known.lid {
            try await database.commit(
                try database.store([StoredLine.accountKey: known.serialized])
                    + [.setHiddenID(database.line, lid.description)])
            own.belongs(to: known)
        }
        if let pair = known.pair { try await addresses.learn([pair]) }
    }

    /// From then on messages come and go.
    func complete() async throws {
        let reply = try await server.ask { PreKeyStanzas.count(id: $0) }
        if (PreKeyStanzas.parseCount(reply) ?? 0) < PreKeyStanzas.lowCount {
            try await uploadPreKeys(preKeys.isUntouched ? settings.firstKeys : PreKeyStanzas.furtherUpload)
        }
        _ = try await server.ask { Stanzas.activate(id: $0) }
        try await presence.announceAbsence()
        let (line, now) = (database.line, database.now)
        try await database.commit([
            .lineConnected(line, at: now), .setStatus(line, .connected, reason: "", nextStep: "", at: now),
            .prune(line, at: now),
        ])
        log.note("a line is connected")
    }

    func uploadPreKeys(_ count: Int = PreKeyStanzas.furtherUpload) async throws {
        try await preKeys.upload(count, credentials: own.credentials, to: server, faults)
    }

    /// Takes this device off the phone's list; the caller wipes the line afterwards.
    func logOut() async throws {
        guard let device = own.account?.jid else { return }
        _ = try await server.ask { Stanzas.logout(id: $0, device: device) }
    }
}
