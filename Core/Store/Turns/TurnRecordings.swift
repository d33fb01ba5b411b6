package import Domain
package import FoundationEssentials
package import Postgres

/// A turn's recording as it is stored: sealed for its row.
package struct SealedTurnRecording: Sendable {
    package let turn: TurnID
    package let sealed: SealedSecret

    package static func place(of turn: TurnID, in organization: OrganizationID) -> SecretBox.Place {
        SecretBox.Place(table: "turn_recordings", row: turn.text, organization: organization.text)
    }

    package init(_ row: Row) throws(PostgresError) {
        turn = try row["turn_id"]
        sealed = SealedSecret(keyID: try row["key_id"], bytes: try row["sealed"])
    }
}

extension Query {
    /// A turn that is tried again is recorded anew.
    package static func keepRecording(
        of turn: TurnID, in conversation: ConversationID, of organization: OrganizationID, _ sealed: SealedSecret,
        at now: Date
    ) -> Query {
        """
        insert into turn_recordings (organization_id, turn_id, conversation_id, key_id, sealed, recorded_at)
        values (\(organization), \(turn), \(conversation), \(sealed.keyID), \(sealed.bytes), \(now))
        on conflict (organization_id, turn_id) do update
        set key_id = excluded.key_id, sealed = excluded.sealed, recorded_at = excluded.recorded_at
        """
    }

    /// At most one row, a `SealedTurnRecording`.
    package static func recording(of turn: TurnID, in organization: OrganizationID) -> Query {
        """
        select turn_id, key_id, sealed from turn_recordings
        where organization_id = \(organization) and turn_id = \(turn)
        """
    }

    /// Those that another key than this one sealed, by turn; `after`: the last one seen.
    static func recordings(
        notUnder key: String, of organization: OrganizationID, after last: TurnID?, limit: Int
    ) -> Query {
        """
        select turn_id, key_id, sealed from turn_recordings
        where organization_id = \(organization) and key_id <> \(key)
            and (\(last)::uuid is null or turn_id > \(last))
        order by turn_id
        limit \(limit)
        for no key update
        """
    }

    static func replaceSealing(of turn: TurnID, in organization: OrganizationID, with sealed: SealedSecret) -> Query {
        """
        update turn_recordings set key_id = \(sealed.keyID), sealed = \(sealed.bytes)
        where organization_id = \(organization) and turn_id = \(turn)
        """
    }
}
