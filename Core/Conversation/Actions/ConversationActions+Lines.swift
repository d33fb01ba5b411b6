package import Domain
import Postgres
package import Store

/// Chats on a line that is linked by scanning (kind `whatsapp_web`). There is no 24-hour window; what is not to be begun
/// is up to the line's pacing, which the session worker asks again before anything leaves.
extension ConversationActions {
    /// The chat with `number` on a line: the one that goes by the number, by the hidden id that the line knows for it, or by
    /// another address of the same person; else a new one if the line may begin one.
    func linkedThread(
        with number: PhoneNumber, on line: ChannelRecord, of organization: OrganizationID
    ) async throws -> ConversationID {
        let local = try linkedAddress(of: line)
        return try await database.transaction(for: organization) { connection in
            let rows = try await connection.query(
                .linkedChat(with: number, at: local, on: line.id, of: organization))
            if let row = rows.first { return try row["id"] }
            try await checkStart(on: line, connection)
            return try await open(line, local: local, remote: number.jid, of: organization, connection)
        }
    }

    /// A chat that exists already, by its own address: a group `...@g.us`, a hidden id `...@lid`.
    package func chat(
        at address: String, on line: ChannelRecord, of organization: OrganizationID
    ) async throws -> ConversationID {
        guard line.kind == .whatsappWeb else { throw SendRefusal.unsupportedChannel(line.kind) }
        let local = try linkedAddress(of: line)
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select id from conversations
                where organization_id = \(organization) and channel_id = \(line.id) and local_address = \(local)
                    and remote_address = \(address)
                order by last_message_at desc, id desc limit 1
                """
            ])
        guard let row = rows.joined().first else { throw SendRefusal.unknownChat }
        return try row["id"]
    }

    /// A line that comes back by itself takes messages meanwhile; one that waits for its owner does not.
    private func linkedAddress(of line: ChannelRecord) throws(SendRefusal) -> String {
        let status = LineStatus(rawValue: line.status) ?? .error
        guard let local = line.address, !status.needsOwner, status != .banned else {
            throw .channelNotConnected(reason: line.statusReason)
        }
        return local
    }

    private func checkStart(on line: ChannelRecord, _ connection: Connection) async throws {
        let now = clock.now()
        guard let row = try await connection.query(.activity(of: line.id, at: now)).first else {
            throw SendRefusal.noChannel
        }
        let pacing = Pacing(isReplyOnly: line.isReplyOnly)
        if let reason = pacing.objectionToStart(now: now, line: try LineActivity(row: row)) {
            throw SendRefusal.paced(reason: reason)
        }
    }
}
