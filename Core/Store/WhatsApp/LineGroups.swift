import Domain
package import FoundationEssentials
package import Postgres

/// What is remembered of a group. `members` is a cache, `holders` is not.
package struct GroupRecord: Sendable, Equatable {
    package var jid: String
    package var subject: String
    /// `lid` or `pn`.
    package var addressingMode: String
    package var isAnnouncement: Bool
    /// Seconds.
    package var expiration: Int?
    /// Bare JIDs; `nil`: ask the server.
    package var members: [String]?
    /// Signal addresses of the devices that have our current sender key.
    package var holders: Set<String>

    package init(
        jid: String, subject: String, addressingMode: String, isAnnouncement: Bool, expiration: Int?,
        members: [String]?, holders: Set<String> = []
    ) {
        self.jid = jid
        self.subject = subject
        self.addressingMode = addressingMode
        self.isAnnouncement = isAnnouncement
        self.expiration = expiration
        self.members = members
        self.holders = holders
    }
}

extension Query {
    package static func group(_ jid: String, on line: HeldLine) -> Query {
        """
        select group_jid, subject, addressing_mode, is_announcement, expiration, to_json(members)::text as members,
            to_json(holders)::text as holders
        from whatsapp_groups where channel_id = \(line.channel) and group_jid = \(jid)
        """
    }

    /// What the server told; who has our key stays.
    package static func keep(_ group: GroupRecord, on line: HeldLine, at now: Date) -> Query {
        """
        insert into whatsapp_groups (organization_id, channel_id, group_jid, subject, addressing_mode, is_announcement,
            expiration, members, updated_at)
        values (\(line.organization), \(line.channel), \(group.jid), \(group.subject.cut(to: 500)), \(group.addressingMode),
            \(group.isAnnouncement), \(group.expiration), \(array: group.members ?? []), \(now))
        on conflict (organization_id, channel_id, group_jid) do update
        set subject = excluded.subject, addressing_mode = excluded.addressing_mode,
            is_announcement = excluded.is_announcement, expiration = excluded.expiration, members = excluded.members,
            updated_at = excluded.updated_at
        """
    }

    /// - Parameter holders: all devices that have our current key, the new ones included.
    package static func setHolders(_ holders: Set<String>, of group: String, on line: HeldLine) -> Query {
        """
        update whatsapp_groups set holders = \(array: holders.sorted())
        where channel_id = \(line.channel) and group_jid = \(group)
        """
    }

    /// The members changed: ask again. When somebody left, nobody has our next key.
    package static func forgetMembers(of group: String, dropKey: Bool, on line: HeldLine) -> Query {
        """
        update whatsapp_groups set members = null, holders = case when \(dropKey) then '{}' else holders end
        where channel_id = \(line.channel) and group_jid = \(group)
        """
    }

    /// A device that asked again, or a person with new devices: they get our key once more.
    package static func forgetHolders(_ addresses: [String], on line: HeldLine) -> Query {
        """
        update whatsapp_groups set holders = array(select unnest(holders) except select unnest(\(array: addresses)::text[]))
        where channel_id = \(line.channel) and holders && \(array: addresses)::text[]
        """
    }

    package static func setSubject(_ subject: String, of group: String, on line: HeldLine) -> Query {
        """
        update whatsapp_groups set subject = \(subject.cut(to: 500))
        where channel_id = \(line.channel) and group_jid = \(group)
        """
    }
}

extension GroupRecord {
    package init(_ row: Row) throws(PostgresError) {
        jid = try row["group_jid"]
        subject = try row["subject"]
        addressingMode = try row["addressing_mode"]
        isAnnouncement = try row["is_announcement"]
        expiration = try row["expiration"]
        members = try row["members"] as String? == nil ? nil : try row.json("members")
        holders = Set(try row.json("holders") as [String])
    }
}
