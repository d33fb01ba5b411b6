import Domain
import FoundationEssentials
import Postgres
import Store
import Support

extension TestDatabase {
    /// A line over WhatsApp Web that a worker holds for the next hour.
    func makeHeldLine(of organization: OrganizationID, at now: Date) async throws -> HeldLine {
        let line = HeldLine(channel: ChannelID(UUID()), organization: organization, worker: UUID(), fence: 1)
        try await app.pipeline(
            for: organization,
            [
                .insert(line: line.channel, of: organization, kind: .whatsappWeb, at: now),
                """
                insert into whatsapp_lines (channel_id, organization_id, holder, fence, leased_until, created_at, updated_at)
                values (\(line.channel), \(organization), \(line.worker), 1, now() + interval '1 hour', now(), now())
                """,
            ])
        return line
    }
}
