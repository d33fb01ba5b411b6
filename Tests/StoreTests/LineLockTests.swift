import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// Deleting lines, and choosing the primary one, take their locks in the order in which everybody else does.
@Suite(.timeLimit(.minutes(2))) struct LineLockTests {
    private static let now = Date(timeIntervalSince1970: 1_795_369_234)

    @Test func aLineIsDeletedWhileItsWorkerWrites() async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            let line = try await db.makeHeldLine(of: organization, at: Self.now)
            let store = ChannelStore(database: db.app)
            let deletion = try await db.app.transaction(holding: line) { connection in
                let deletion = Task { try await store.delete(line.channel, of: organization, at: Self.now) }
                try await db.untilSomebodyWaits()
                // The worker's next row is one that the deletion wants too.
                try await connection.query(
                    .setStatus(line, .connected, reason: "Connected.", nextStep: "", at: Self.now))
                return deletion
            }
            #expect(try await deletion.value != nil)
            let channels = try await db.owner.query(
                "select status, deleted_at is not null as gone from parley.channels where id = \(line.channel)")
            #expect(try channels[0]["status"] == "stopped")
            #expect(try channels[0]["gone"] == true)
        }
    }

    @Test func anOrganizationIsDeletedWhileTheWorkerOfItsLineWrites() async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            let line = try await db.makeHeldLine(of: organization, at: Self.now)
            let store = OrganizationStore(database: db.app)
            let deletion = try await db.app.transaction(holding: line) { connection in
                let deletion = Task { try await store.delete(organization, at: Self.now) }
                try await db.untilSomebodyWaits()
                try await connection.query(
                    .setStatus(line, .connected, reason: "Connected.", nextStep: "", at: Self.now))
                return deletion
            }
            try await deletion.value
            let left = try await db.owner.query(
                """
                select o.deleted_at is not null and c.deleted_at is not null as gone, l.wanted
                from parley.organizations o join parley.channels c on c.organization_id = o.id
                join parley.whatsapp_lines l on l.channel_id = c.id where o.id = \(organization)
                """)
            #expect(try left[0]["gone"] == true)
            #expect(try left[0]["wanted"] == "unlinked", "its worker logs out")
        }
    }

    @Test func anOrganizationIsDeletedWhileOneOfItsLinesIs() async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            let line = try await db.makeHeldLine(of: organization, at: Self.now).channel
            let (organizations, channels) = (OrganizationStore(database: db.app), ChannelStore(database: db.app))
            let (whole, part) = try await db.owner.transaction { connection in
                try await connection.query("select from parley.channels where id = \(line) for update")
                let whole = Task { try await organizations.delete(organization, at: Self.now) }
                try await db.untilSomebodyWaits()
                let part = Task { try await channels.delete(line, of: organization, at: Self.now) }
                try await db.untilSomebodyWaits(2)
                return (whole, part)
            }
            try await whole.value
            #expect(try await part.value == nil, "it was gone already")
        }
    }

    /// Both find the same primary one to take the place of.
    @Test func twoLinesBecomePrimaryAtOnceAndTheLastOneIs() async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            var lines: [ChannelID] = []
            for _ in 0..<3 { lines.append(try await db.makeHeldLine(of: organization, at: Self.now).channel) }
            try await db.owner.query("update parley.channels set is_primary = true where id = \(lines[0])")
            let store = ChannelStore(database: db.app)
            let changes = try await db.owner.transaction { connection in
                try await connection.query("select from parley.channels where id = \(lines[0]) for update")
                var changes: [Task<ChannelView, any Error>] = []
                for line in lines[1...] {
                    var change = ChannelChange()
                    change.becomesPrimary = true
                    changes.append(
                        Task { [change] in try await store.change(line, of: organization, change, at: Self.now) })
                    try await db.untilSomebodyWaits(changes.count)
                }
                return changes
            }
            for change in changes { #expect(try await change.value.isPrimary) }
            #expect(try await Self.primary(of: organization, in: db) == [lines[2]])
        }
    }

    @Test func twoFirstNumbersAreBoughtAtOnceAndOneBecomesPrimary() async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            let user = UserID(UUID())
            try await db.owner.query(
                """
                insert into parley.users (id, username, password_hash, created_at, updated_at)
                values (\(user), 'alice', '', now(), now())
                """)
            let store = NumberStore(database: db.app)
            var purchases: [NumberPurchase] = []
            for number in ["+14155550001", "+14155550002"] {
                let purchase = NumberPurchase(
                    id: NumberPurchaseID(UUID()), organization: organization, number: number, requestedBy: user,
                    at: Self.now)
                purchases.append(try await store.request(purchase, limit: { _ in nil }, at: Self.now))
            }
            let bought = try await db.owner.transaction { [purchases] connection in
                try await connection.query("select from parley.organizations where id = \(organization) for update")
                let bought = purchases.map { purchase in
                    Task {
                        try await store.bought(
                            purchase, providerID: "PN", channel: ChannelID(UUID()), name: "Shop", at: Self.now)
                    }
                }
                try await db.untilSomebodyWaits(2)
                return bought
            }
            for purchase in bought { _ = try await purchase.value }
            #expect(try await Self.primary(of: organization, in: db).count == 1)
        }
    }

    @Test func aNumberThatIsReleasedLeavesAPrimaryChannel() async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            let (first, second) = (ChannelID(UUID()), ChannelID(UUID()))
            for channel in [first, second] {
                try await db.owner.query(
                    .insert(line: channel, of: organization, kind: .whatsappTwilio, at: Self.now))
            }
            try await db.owner.query("update parley.channels set is_primary = true where id = \(first)")
            var purchase = NumberPurchase(
                id: NumberPurchaseID(UUID()), organization: organization, number: "+14155550001",
                requestedBy: UserID(UUID()), at: Self.now)
            purchase.channel = first
            try await NumberStore(database: db.app).released(
                db.releasing(purchase, at: Self.now), at: Self.now)
            #expect(try await Self.primary(of: organization, in: db) == [second])
        }
    }

    private static func primary(of organization: OrganizationID, in db: TestDatabase) async throws -> [ChannelID] {
        try await db.owner.query(
            """
            select id from parley.channels
            where organization_id = \(organization) and is_primary and deleted_at is null
            """
        ).map { try $0["id"] }
    }

    /// The next line to be the primary one is being deleted, too.
    @Test func twoLinesAreDeletedAtOnceAndTheThirdBecomesPrimary() async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            var lines: [ChannelID] = []
            for age in [3.0, 2, 1] {
                let line = try await db.makeHeldLine(of: organization, at: Self.now.addingTimeInterval(-age))
                lines.append(line.channel)
            }
            try await db.owner.query("update parley.channels set is_primary = true where id = \(lines[0])")
            let (first, second) = (lines[0], lines[1])
            let store = ChannelStore(database: db.app)
            let deletions = try await db.owner.transaction { connection in
                try await connection.query("select from parley.channels where id = \(second) for update")
                let later = Task { try await store.delete(second, of: organization, at: Self.now) }
                try await db.untilSomebodyWaits()
                let sooner = Task { try await store.delete(first, of: organization, at: Self.now) }
                try await db.untilSomebodyWaits(2)
                return [later, sooner]
            }
            for deletion in deletions { _ = try await deletion.value }
            let left = try await db.owner.query(
                "select id from parley.channels where organization_id = \(organization) and is_primary")
            #expect(try left.map { try $0["id"] as ChannelID } == [lines[2]])
        }
    }

    /// Each has met the same people in an order of its own.
    @Test(arguments: 1...4) func twoLinesLearnOfTheSamePeopleAtOnce(_ run: Int) async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            let lines = [
                try await db.makeHeldLine(of: organization, at: Self.now),
                try await db.makeHeldLine(of: organization, at: Self.now),
            ]
            let people = (0..<20).map { (hidden: "77\($0)@lid", number: "1202555\(1000 + $0)@s.whatsapp.net") }
            let names = people.flatMap { ["whatsapp_web \($0.hidden)", "whatsapp_web \($0.number)"] }
            let learning = try await db.app.transaction(for: organization) { connection in
                try await connection.query(.lock(people: names))
                let learning = lines.enumerated().map { place, line in
                    Task {
                        let mine = place == 0 ? people : people.reversed()
                        _ = try await db.app.transaction(for: organization) {
                            try await $0.query(.adopt(mine, on: line, at: Self.now))
                        }
                    }
                }
                try await db.untilSomebodyWaits(2)
                return learning
            }
            for line in learning { try await line.value }
        }
    }
}
