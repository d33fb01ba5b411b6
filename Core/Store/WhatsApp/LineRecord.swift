package import Domain
package import FoundationEssentials
package import Postgres

/// A line's row, as the worker needs it. Column meanings: `Baseline/14_whatsapp_lines.sql`.
package struct LineRecord: Sendable, Equatable {
    package enum Wanted: String, Sendable {
        case connected, stopped, unlinked
    }

    package enum Pairing: String, Sendable {
        case qr, code
    }

    package let wanted: Wanted
    package let pairing: Pairing
    /// Digits.
    package let pairingPhone: String?
    package let asked: Int
    package let jid: String?
    /// The line's own address on the road; `nil` until a phone was linked.
    package let address: String?
    package let pushName: String?
    package let name: String
    /// What its owner reads now: `connected` from before this worker began.
    package let isShownConnected: Bool
    package let failures: Int
    package let retryAt: Date?
    package let requestedAt: Date?
    package let nextPreKey: Int
    package let routing: Data?
}

extension LineRecord {
    package init(_ row: Row) throws(PostgresError) {
        wanted = try row.value("wanted")
        pairing = try row.value("pairing")
        pairingPhone = try row["pairing_phone"]
        asked = try row["asked"]
        jid = try row["jid"]
        address = try row["address"]
        pushName = try row["push_name"]
        name = try row["name"]
        isShownConnected = try row["status"] == LineStatus.connected.rawValue
        failures = try row["failures"]
        retryAt = try row["retry_at"]
        requestedAt = try row["requested_at"]
        nextPreKey = try row["next_pre_key"]
        routing = try row["routing"]
    }
}

/// Who is linked, as `pair-success` said.
package struct LinkedPhone: Sendable, Equatable {
    package var jid: String
    package var lid: String?
    /// Digits.
    package var phoneNumber: String
    package var platform: String?
    /// The line's address on the road.
    package var address: String

    package init(jid: String, lid: String?, phoneNumber: String, platform: String?, address: String) {
        self.jid = jid
        self.lid = lid
        self.phoneNumber = phoneNumber
        self.platform = platform
        self.address = address
    }
}

extension Query {
    package static func line(_ line: HeldLine) -> Query {
        """
        select wanted, pairing, pairing_phone, asked, jid, channels.address, push_name, channels.name, channels.status, failures, retry_at,
            requested_at, next_pre_key, routing
        from whatsapp_lines join channels on channels.id = channel_id
        where channel_id = \(line.channel)
        """
    }

    /// Status, reason and next step; an event when something changed.
    package static func setStatus(
        _ line: HeldLine, _ status: LineStatus, reason: String, nextStep: String, at now: Date
    ) -> Query {
        "select set_line_status(\(line.channel), \(status.rawValue), \(reason), \(nextStep), \(now))"
    }

    /// A connection that is open and logged in. Failures before it still count: it may end at once.
    package static func lineConnected(_ line: HeldLine, at now: Date) -> Query {
        """
        update whatsapp_lines set connected_at = \(now), retry_at = null, banned_until = null, qr = null,
            qr_expires_at = null, pairing_code = null, pairing_code_expires_at = null, updated_at = \(now)
        where channel_id = \(line.channel)
        """
    }

    /// The connection has lasted: what failed before it is over.
    package static func lineSettled(_ line: HeldLine) -> Query {
        "update whatsapp_lines set failures = 0 where channel_id = \(line.channel) and failures <> 0"
    }

    /// An owner who asked for something meanwhile is not made to wait: nothing is parked or put off then.
    /// - Parameters:
    ///   - retryAt: real time of the next try; `nil` for none planned.
    ///   - parked: nothing to do until the owner asks.
    ///   - asked: the wish that was being obeyed.
    package static func lineEnded(
        _ line: HeldLine, failures: Int, retryAt: Date?, bannedUntil: Date? = nil, parked: Bool, asked: Int,
        at now: Date
    ) -> Query {
        """
        update whatsapp_lines set disconnected_at = \(now),
            failures = case when asked = \(asked)::integer then \(failures)::integer else 0 end,
            retry_at = case when asked = \(asked)::integer then \(retryAt)::timestamptz end,
            banned_until = \(bannedUntil), parked = \(parked) and asked = \(asked)::integer, qr = null,
            qr_expires_at = null, pairing_code = null, pairing_code_expires_at = null, updated_at = \(now)
        where channel_id = \(line.channel)
        """
    }

    /// The code to show from now on, or none. The event does not carry it.
    package static func showQR(_ line: HeldLine, _ text: String?, until: Date?, at now: Date) -> Query {
        """
        with shown as (
            update whatsapp_lines set qr = \(text), qr_expires_at = \(until), updated_at = \(now)
            where channel_id = \(line.channel) returning organization_id, channel_id
        )
        insert into events (organization_id, type, subject_id, at)
        select organization_id, 'channel.qr', channel_id, \(now) from shown
        """
    }

    package static func showPairingCode(_ line: HeldLine, _ text: String?, until: Date?, at now: Date) -> Query {
        """
        with shown as (
            update whatsapp_lines set pairing_code = \(text), pairing_code_expires_at = \(until), updated_at = \(now)
            where channel_id = \(line.channel) returning organization_id, channel_id
        )
        insert into events (organization_id, type, subject_id, at)
        select organization_id, 'channel.qr', channel_id, \(now) from shown
        """
    }

    /// The phone is linked; its number becomes the line's address. Violates `channel_address` when another line has it.
    package static func link(_ line: HeldLine, _ phone: LinkedPhone, at now: Date) -> [Query] {
        [
            """
            update whatsapp_lines set jid = \(phone.jid), lid = \(phone.lid), phone_number = \(phone.phoneNumber),
                platform = \(phone.platform), linked_at = \(now), qr = null, qr_expires_at = null, pairing_code = null,
                pairing_code_expires_at = null, failures = 0, updated_at = \(now)
            where channel_id = \(line.channel)
            """,
            "update channels set address = \(phone.address), updated_at = \(now) where id = \(line.channel)",
        ]
    }

    /// Unlinked: keys and caches go, the line stays.
    package static func wipe(_ line: HeldLine, at now: Date) -> Query {
        "select wipe_line(\(line.channel), \(now))"
    }

    package static func prune(_ line: HeldLine, at now: Date) -> Query {
        "select prune_line(\(line.channel), \(now)), prune_pre_keys(\(line.channel))"
    }

    package static func setRouting(_ line: HeldLine, _ bytes: Data) -> Query {
        "update whatsapp_lines set routing = \(bytes) where channel_id = \(line.channel)"
    }

    package static func setHiddenID(_ line: HeldLine, _ lid: String) -> Query {
        "update whatsapp_lines set lid = \(lid) where channel_id = \(line.channel) and lid is distinct from \(lid)"
    }

    /// Batches may be stored in another order than they were made: the counter never goes back, for an id that was given away
    /// must not be made again. Ids go round after 16,777,215, so of two the one less than half a round ahead is the later.
    /// - Parameter next: first id of the next batch; persisted before this one is uploaded.
    package static func setNextPreKey(_ line: HeldLine, _ next: Int) -> Query {
        """
        update whatsapp_lines set next_pre_key = \(next)::integer
        where channel_id = \(line.channel) and (\(next)::integer - next_pre_key + 16777215) % 16777215 < 8388608
        """
    }
}
