package import Domain
package import FoundationEssentials
package import Postgres

/// Names one secret of a line. Meanings: `Baseline/15_whatsapp_state.sql`.
package struct LineKey: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case credentials, account, session, poll, media, history
        case preKey = "pre_key"
        case senderKey = "sender_key"
        case privacyToken = "privacy_token"
        case nctSalt = "nct_salt"
        case appStateKey = "app_state_key"
    }

    /// What a message with a file of this line has in its `media` instead of an address.
    private static let fileScheme = "whatsapp-media:"

    package let kind: Kind
    package let name: String

    package init(_ kind: Kind, _ name: String = "self") {
        self.kind = kind
        self.name = name
    }

    /// Of the message that brought the file; `nil` for the address of a file that is kept elsewhere.
    package init?(fileAt url: String) {
        guard url.hasPrefix(Self.fileScheme) else { return nil }
        self.init(.media, String(url.dropFirst(Self.fileScheme.count)))
    }

    /// The file of one message: ids are unique per author only. `nil`: ours.
    package static func file(of providerMessageID: String, by author: String?) -> LineKey {
        LineKey(.media, author.map { "\(providerMessageID)|\($0)" } ?? providerMessageID)
    }

    /// For a key of a file.
    package var fileURL: String { Self.fileScheme + name }
}

/// Seals a line's secrets for their rows and opens them again. What the bytes mean is the session worker's business.
package struct LineKeys: Sendable {
    let channel: ChannelID
    private let organization: OrganizationID
    let box: SecretBox

    /// For the worker that holds the line: what it writes goes through `pipeline(holding:)`.
    package init(line: HeldLine, box: SecretBox) {
        self.init(readingOf: line.channel, in: line.organization, box: box)
    }

    /// For whoever only reads: no fence stands before a write of theirs.
    package init(readingOf channel: ChannelID, in organization: OrganizationID, box: SecretBox) {
        self.channel = channel
        self.organization = organization
        self.box = box
    }

    /// Rows of `opened(_:)`; keys that are not there have none.
    ///
    /// One look into the index for each: as a plain join it may read all of a line's keys.
    package func load(_ keys: [LineKey]) -> Query {
        """
        select wanted.kind, wanted.name, found.key_id, found.sealed
        from unnest(\(array: keys.map(\.kind.rawValue))::text[], \(array: keys.map(\.name))::text[]) as wanted (kind, name)
        cross join lateral (
            select key_id, sealed from whatsapp_keys as stored
            where stored.channel_id = \(channel) and stored.kind = wanted.kind and stored.name = wanted.name
            limit 1) found
        """
    }

    /// All sessions or sender keys of one person: names that begin so.
    package func load(_ kind: LineKey.Kind, beginning prefix: String) -> Query {
        """
        select kind, name, key_id, sealed from whatsapp_keys
        where channel_id = \(channel) and kind = \(kind.rawValue) and starts_with(name, \(prefix)) limit 1000
        """
    }

    /// All sender keys that one person gave, in whatever group: names that hold this.
    package func senderKeys(of person: String) -> Query {
        """
        select kind, name, key_id, sealed from whatsapp_keys
        where channel_id = \(channel) and kind = 'sender_key' and position(\("|" + person + ".") in name) > 0
        limit 1000
        """
    }

    package func opened(_ rows: [Row]) throws -> [LineKey: [UInt8]] {
        try rows.reduce(into: [:]) { values, row in
            let kind: String = try row["kind"]
            guard let known = LineKey.Kind(rawValue: kind) else { throw PostgresError.decoding("no kind \(kind)") }
            let key = LineKey(known, try row["name"])
            values[key] = try box.openBytes(SealedSecret(keyID: row["key_id"], bytes: row["sealed"]), at: place(key))
        }
    }

    /// - Parameter replacing: false where the name is a sender's choice, so that nobody puts theirs in another's place.
    package func store(
        _ values: [LineKey: [UInt8]], replacing: Bool = true, at now: Date
    ) throws -> [Query] {
        guard !values.isEmpty else { return [] }
        let sealed = try values.map { key, bytes in (key, try box.seal(bytes: bytes, at: place(key))) }
        return [
            """
            insert into whatsapp_keys (organization_id, channel_id, kind, name, key_id, sealed, updated_at)
            select \(organization), \(channel), kind, name, \(box.currentKeyID), sealed, \(now)
            from unnest(\(array: sealed.map(\.0.kind.rawValue))::text[], \(array: sealed.map(\.0.name))::text[],
                \(array: sealed.map { PostgresBytes.text($0.1.bytes) })::bytea[]) as given (kind, name, sealed)
            on conflict (organization_id, channel_id, kind, name) do update
            set key_id = excluded.key_id, sealed = excluded.sealed, updated_at = excluded.updated_at
            where \(replacing)
            """
        ]
    }

    package func delete(_ keys: [LineKey]) -> [Query] {
        guard !keys.isEmpty else { return [] }
        return [
            """
            delete from whatsapp_keys using (
                select unnest(\(array: keys.map(\.kind.rawValue))::text[]) as gone_kind,
                    unnest(\(array: keys.map(\.name))::text[]) as gone_name) gone
            where channel_id = \(channel) and kind = gone_kind and name = gone_name
            """
        ]
    }

    /// A secret that is copied beside `whatsapp_keys`: `whatsapp_sent`.
    func place(_ table: String, _ name: String) -> SecretBox.Place {
        SecretBox.Place(table: table, row: "\(channel.text)/\(name)", organization: organization.text)
    }

    func seal(_ bytes: [UInt8], _ table: String, _ name: String) throws(SecretBoxError) -> SealedSecret {
        try box.seal(bytes: bytes, at: place(table, name))
    }

    func open(_ sealed: SealedSecret, _ table: String, _ name: String) throws(SecretBoxError) -> [UInt8] {
        try box.openBytes(sealed, at: place(table, name))
    }

    private func place(_ key: LineKey) -> SecretBox.Place {
        place("whatsapp_keys", "\(key.kind.rawValue)/\(key.name)")
    }
}
