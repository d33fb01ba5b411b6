import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// After `success`: one-time keys, then active (protocol sheet, section 6).
extension Session {
    func loggedIn(_ node: Node) async throws {
        guard let success = Success(node), let account else { return }
        let known = success.lid.map(account.named) ?? account
        if known != account, let lid = known.lid {
            try await commit(
                try keys.store([StoredLine.accountKey: known.serialized], at: now)
                    + [.setHiddenID(line, lid.description)])
            self.account = known
        }
        if let pair = self.account?.pair { try await learn([pair]) }
        isLoggedIn = true
        soon(.login)
    }

    func completeLogin() async throws {
        let reply = try await connection.ask(within: settings.patience) { PreKeyStanzas.count(id: $0) }
        if (PreKeyStanzas.parseCount(reply) ?? 0) < PreKeyStanzas.lowCount {
            try await uploadPreKeys(nextPreKey == 1 ? settings.firstKeys : PreKeyStanzas.furtherUpload)
        }
        _ = try await connection.ask(within: settings.patience) { Stanzas.activate(id: $0) }
        try await connection.send(Stanzas.presence(isAvailable: false, name: presenceName))
        try await commit([
            .lineConnected(line, at: now),
            .setStatus(line, .connected, reason: "", nextStep: "", at: now), .prune(line, at: now),
        ])
        environment.log.note("a line is connected", fields)
        await isReady()
    }

    /// Others see it beside our number.
    var presenceName: String? { record.pushName ?? account?.businessName ?? record.name }

    /// The counter and the keys are stored before anybody is told of them.
    func uploadPreKeys(_ count: Int) async throws {
        var random = SystemRandomNumberGenerator()
        let (made, next) = PreKey.generate(count, from: nextPreKey, using: &random)
        nextPreKey = next
        try await commit(
            try keys.store(Dictionary(uniqueKeysWithValues: made.map { ($0.storageKey, $0.key.privateKey) }), at: now)
                + [.setNextPreKey(line, Int(next))])
        environment.faults.reach(.lineKeysStored)
        let upload = PreKeyStanzas.Upload(credentials: credentials, preKeys: made)
        _ = try await connection.ask(within: settings.patience) { upload.node(id: $0) }
        environment.faults.reach(.lineKeysUploaded)
    }
}

extension PreKey {
    var storageKey: LineKey { Self.storageKey(id) }

    static func storageKey(_ id: UInt32) -> LineKey { LineKey(.preKey, String(id)) }
}

extension Session {
    /// Takes this device off the phone's list; the caller wipes the line afterwards.
    func logOut() async throws {
        guard let device = account?.jid else { return }
        // Queries sent before the login is through get no answer.
        for _ in 0..<Int(settings.patience / 0.1) where !isLoggedIn { try await Task.sleep(for: .milliseconds(100)) }
        _ = try await connection.ask(within: settings.patience) { Stanzas.logout(id: $0, device: device) }
    }
}
