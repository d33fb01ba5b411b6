import Conversation
import Domain
import Foundation
import NIOPosix
import Outbound
import Postgres
import Store
import Support
import Synchronization
import Testing
import WhatsAppServer
import WhatsAppWire

/// A database with one organization, a WhatsApp server with simulated phones, and as many session workers as a test wants.
final class Installation: Sendable {
    static let secretKeys = "test:" + Data(repeating: 7, count: 32).base64EncodedString()

    let database: TestDatabase
    let server: WhatsAppServer
    let organization = OrganizationID(UUID())
    let clock = WallClock { Date() }

    private init(_ database: TestDatabase, _ server: WhatsAppServer) {
        self.database = database
        self.server = server
    }

    /// - Parameter lingering: seconds that the server keeps a connection after its last word.
    static func with<Result: Sendable>(
        lingering: Double = 0.2, mediaLimits: (file: Int, total: Int)? = nil,
        _ body: (Installation) async throws -> Result
    ) async throws -> Result {
        try await TestDatabase.with(connections: 8) { database in
            var configuration = ServerConfiguration()
            configuration.lingering = lingering
            configuration.mediaLimits = mediaLimits ?? configuration.mediaLimits
            let server = try await WhatsAppServer.start(configuration)
            let installation = Installation(database, server)
            try await installation.found(installation.organization)
            do {
                let result = try await body(installation)
                await server.stop()
                return result
            } catch {
                await server.stop()
                throw error
            }
        }
    }

    func found(_ organization: OrganizationID) async throws {
        try await database.owner.query(
            """
            insert into parley.organizations (id, name, plan, message_limit, created_at, updated_at)
            values (\(organization), 'Bakery', 'enterprise', 1000000, now(), now())
            """)
    }

    var ids: IDSource { IDSource(clock: clock, randomness: .system) }
    var actions: ConversationActions { ConversationActions(database: database.app, clock: clock, ids: ids) }

    // MARK: Lines

    /// A line that nobody has linked yet.
    func makeLine(
        _ name: String = "Shop", pairing: String = "qr", phone: String? = nil, in other: OrganizationID? = nil
    ) async throws -> ChannelID {
        let (channel, organization) = (ChannelID(UUID()), other ?? organization)
        try await database.app.pipeline(
            for: organization,
            [
                """
                insert into channels (id, organization_id, kind, name, status, created_at, updated_at)
                values (\(channel), \(organization), 'whatsapp_web', \(name), 'starting', now(), now())
                """,
                """
                insert into whatsapp_lines (channel_id, organization_id, pairing, pairing_phone, created_at, updated_at)
                values (\(channel), \(organization), \(pairing), \(phone), now(), now())
                """,
            ])
        return channel
    }

    /// Scans the code on the screen as soon as there is one, and waits for the line to be connected.
    @discardableResult
    func link(_ channel: ChannelID, as number: String) async throws -> LinkedLine {
        let code: String = try await eventually("a QR code") { try await self.row(channel)["qr"] }
        let line = try await server.scan(code, as: number, name: "Owner")
        try await status(channel, "connected")
        return line
    }

    func row(_ channel: ChannelID) async throws -> Row {
        let rows = try await database.owner.query(
            """
            select l.*, c.status, c.status_reason, c.address,
                extract(epoch from retry_at - clock_timestamp())::float8 as retry_in,
                extract(epoch from banned_until - clock_timestamp())::float8 as banned_for
            from parley.whatsapp_lines l join parley.channels c on c.id = channel_id where channel_id = \(channel)
            """)
        return try #require(rows.first)
    }

    func status(_ channel: ChannelID, _ wanted: String) async throws {
        _ = try await eventually("status \(wanted)") { () -> Bool? in
            let status: String = try await self.row(channel)["status"]
            return status == wanted ? true : nil
        }
    }

    func ask(_ channel: ChannelID, _ change: Query) async throws {
        try await database.app.pipeline(for: organization, [change])
    }

    // MARK: Messages

    struct Stored: Sendable {
        let id: Domain.MessageID
        let conversation: ConversationID
        let body: String
        let status: String
        let direction: String
        let type: String
        let author: String
        let remote: String
        let providerID: String?
        /// Why it was not sent.
        let reason: String?
    }

    func messages() async throws -> [Stored] {
        let rows = try await database.owner.query(
            """
            select m.id, m.conversation_id, m.body, m.status, m.direction, m.type, m.author, m.provider_message_id,
                t.remote_address, m.error_reason
            from parley.messages m join parley.conversations t on t.id = m.conversation_id order by m.created_at, m.id
            """)
        return try rows.map { row in
            Stored(
                id: try row["id"], conversation: try row["conversation_id"], body: try row["body"],
                status: try row["status"], direction: try row["direction"], type: try row["type"],
                author: try row["author"], remote: try row["remote_address"],
                providerID: try row["provider_message_id"],
                reason: try row["error_reason"])
        }
    }

    func inbound(_ body: String) async throws -> Stored {
        try await eventually("the message '\(body)'") {
            try await self.messages().first { $0.direction == "inbound" && $0.body == body }
        }
    }

    /// A person of the business answers.
    @discardableResult
    func reply(
        _ text: String, in conversation: ConversationID, content: MessageContent? = nil,
        media: [Domain.MediaReference] = [], type: MessageType = .text, of other: OrganizationID? = nil
    ) async throws -> Domain.MessageID {
        let id: Domain.MessageID = ids.make()
        _ = try await actions.reply(
            PersonReply(id: id, text: text, media: media, type: type, content: content), in: conversation,
            of: other ?? organization, by: UserID(UUID()))
        return id
    }

    func sent(_ id: Domain.MessageID, _ statuses: Set<String> = ["sent", "delivered", "read"]) async throws {
        _ = try await eventually("\(id) to be \(statuses.sorted())") { () -> Bool? in
            try await self.messages().first { $0.id == id }.map { statuses.contains($0.status) } == true ? true : nil
        }
    }

    /// Nothing can be lost any more. A message is in the database before the server hears of it.
    func acknowledged(_ line: LinkedLine) async throws {
        _ = try await eventually("every acknowledgement") { await self.server.unacknowledged(line) == 0 ? true : nil }
    }

    func count(_ query: Query) async throws -> Int {
        try await database.owner.query(query).first?["count"] ?? 0
    }
}

/// Waits for a condition; generous, because machines are slow when many tests run.
func eventually<Value: Sendable>(
    _ what: String, within seconds: Double = 40, _ look: @Sendable () async throws -> Value?
) async throws -> Value {
    let patience = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < patience {
        if let value = try await look() { return value }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw TestSetupError("waited \(Int(seconds)) s in vain for \(what)")
}
