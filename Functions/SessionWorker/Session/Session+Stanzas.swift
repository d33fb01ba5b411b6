import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Which stanza is whose business.
extension Session {
    /// - Returns: the end of the connection, when the stanza says so.
    func handle(_ node: Node) async throws -> LineEnd? {
        if let ending = Ending(node) { return try await ended(ending) }
        switch node.tag {
        case "success": try await loggedIn(node)
        case "message": try await receive(node)
        case "receipt": try await receipt(node)
        case "notification": return try await notification(node)
        case "iq": return try await query(node)
        case "ib": try await hints(node)
        default: try await answer(node, .processed)
        }
        return nil
    }

    private func ended(_ ending: Ending) async throws -> LineEnd {
        environment.log.note("the server ended a connection", fields.merging(["why": ending.explanation]) { $1 })
        return LineEnd(ending)
    }

    func answer(_ stanza: Node, _ outcome: Acknowledgement.Outcome) async throws {
        let device = Acknowledgement.Device(account: account, isAvailable: isAvailable)
        for answer in Acknowledgement.answers(to: stanza, outcome, as: device, now: seconds) {
            try await connection.send(answer)
        }
    }

    /// One transaction about this line.
    @discardableResult
    func commit(_ queries: [Query]) async throws -> [[Row]] {
        try await environment.database.pipeline(holding: line, queries)
    }

    /// Reads about this line, in one round trip.
    func read(_ queries: [Query]) async throws -> [[Row]] {
        try await environment.database.pipeline(reading: line, queries)
    }

    private func query(_ node: Node) async throws -> LineEnd? {
        if let refs = PairDevice.refs(node) {
            try await connection.send(IQ.result(of: node))
            try await startPairing(refs)
            return nil
        }
        if PairSuccess.matches(node) { return try await paired(node) }
        try await answer(node, .processed)
        return nil
    }

    private func hints(_ node: Node) async throws {
        for hint in Hint.parse(node) {
            switch hint {
            case .routing(let bytes): try await commit([.setRouting(line, Data(bytes))])
            case .offlinePreview(let count) where count > 0: try await connection.send(Stanzas.offlineBatch(100))
            case .dirty(let dirty):
                try await connection.send(Stanzas.clean(id: await connection.makeID(), dirty: dirty))
            default: break
            }
        }
    }

    private func notification(_ node: Node) async throws -> LineEnd? {
        switch Notification(node) {
        case .lowOnPreKeys(let count) where count < PreKeyStanzas.lowCount: soon(.uploadPreKeys)
        case .identityChanged(let person): try await identityChanged(person)
        case .devicesChanged(let person): try await devicesChanged([person])
        case .ownDevicesChanged: try await devicesChanged(ownAddresses)
        case .group(let group, let changes): try await changed(group, changes)
        case .privacyToken(let sender, let token, _): try await keepTokens([(sender, token)])
        case .linkCode: try await finishPairingCode(node)
        case .needsPasskey:
            try await answer(node, .processed)
            return LineEnd(.passkeyRequired, next: .stop)
        default: break
        }
        try await answer(node, .processed)
        return nil
    }

    /// Bare, under both names.
    var ownAddresses: [JID] {
        [account?.jid, account?.lid].compactMap { $0?.withoutDevice }
    }
}
