import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Which stanza is whose business.
extension LineConnection {
    /// - Returns: the end of the connection, when the stanza says so.
    func handle(_ node: Node) async throws -> LineEnd? {
        if let ending = Ending(node) {
            log.note("the server ended a connection", ["why": ending.explanation])
            return LineEnd(ending)
        }
        do {
            return try await route(node)
        } catch let error as PostgresError where error.isAboutData {
            // One stanza that the database does not take must not stop those behind it: it would come again and again.
            log.complain("what a stanza says could not be stored", error, ["stanza": node.tag])
            try await parts.acknowledger.answer(node)
            return nil
        }
    }

    private func route(_ node: Node) async throws -> LineEnd? {
        switch node.tag {
        case "success": try await loggedIn(node)
        case "message": try await parts.receiver.receive(node)
        case "receipt": try await parts.receipts.receive(node)
        case "notification": return try await notified(node)
        case "iq": return try await asked(node)
        case "ib": try await hinted(node)
        default: try await parts.acknowledger.answer(node)
        }
        return nil
    }

    private func loggedIn(_ node: Node) async throws {
        guard let success = Success(node), let account = parts.own.account else { return }
        try await parts.login.accepted(success, as: account)
        progress = .loggedIn
        parts.enqueue(.completeLogin)
    }

    private func asked(_ node: Node) async throws -> LineEnd? {
        if let refs = PairDevice.refs(node) {
            try await parts.server.send(IQ.result(of: node))
            try await currentPairing().start(refs)
            return nil
        }
        if PairSuccess.matches(node) { return try await currentPairing().paired(node) }
        try await parts.acknowledger.answer(node)
        return nil
    }

    /// Most connections never pair.
    private func currentPairing() -> Pairing {
        if let pairing { return pairing }
        let made = parts.pairing { [weak self] end in await self?.finish(end) }
        pairing = made
        return made
    }

    private func hinted(_ node: Node) async throws {
        for hint in Hint.parse(node) {
            switch hint {
            case .routing(let bytes):
                try await parts.database.commit([.setRouting(parts.database.line, Data(bytes))])
            case .offlinePreview(let count) where count > 0:
                try await parts.server.send(Stanzas.offlineBatch(Self.offlineBatch))
            case .dirty(let dirty):
                try await parts.server.send(Stanzas.clean(id: await parts.server.makeID(), dirty: dirty))
            default: break
            }
        }
    }

    /// Stanzas of the time we were away that are asked for at once.
    private static let offlineBatch = 100

    private func notified(_ node: Node) async throws -> LineEnd? {
        switch Notification(node) {
        case .lowOnPreKeys(let count) where count < PreKeyStanzas.lowCount: parts.enqueue(.uploadPreKeys)
        case .identityChanged(let person): try await parts.devices.identityChanged(person)
        case .devicesChanged(let person): try await parts.devices.forget([person])
        case .ownDevicesChanged: try await parts.devices.forget(parts.own.addresses)
        case .group(let group, let changes): try await parts.groups.changed(group, changes)
        case .privacyToken(let sender, let token, _): try await parts.tokens.keep([(sender, token)])
        case .linkCode: try await pairing?.codeWasTyped(node)
        case .needsPasskey:
            try await parts.acknowledger.answer(node)
            return LineEnd(.passkeyRequired, next: .stop)
        default: break
        }
        try await parts.acknowledger.answer(node)
        return nil
    }
}
