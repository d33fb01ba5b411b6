import Assistant
import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Synchronization

/// The whole road on a real database, with a provider and a composer that do as they are told, and a clock that moves when
/// it is told.
final class Road: Sendable {
    let database: TestDatabase
    let provider = FakeProvider()
    let organization: OrganizationID
    let channel: ChannelID
    let line = "whatsapp:+14155238886"
    let user = UserID(UUID())
    private let marked: MarkedReplies?
    private let time = Mutex(Date(timeIntervalSince1970: 1_795_369_234))
    private let reply = Mutex<@Sendable (ComposeRequest) async throws -> ComposedReply>({ request in
        ComposedReply(text: "You said: \(request.history.last?.text ?? "")", reason: "echo")
    })

    private init(_ database: TestDatabase, marked: MarkedReplies?) {
        self.database = database
        self.marked = marked
        organization = OrganizationID(UUID())
        channel = ChannelID(UUID())
    }

    /// - Parameter isMarking: as in production: a reply that nothing waits before is marked as sending by the statement that queues
    ///   it. Else it waits for its job.
    static func with<Result: Sendable>(
        isMarking: Bool = true, _ body: (Road) async throws -> Result
    ) async throws -> Result {
        try await TestDatabase.with { database in
            let road = Road(database, marked: isMarking ? MarkedReplies() : nil)
            try await road.found()
            return try await body(road)
        }
    }

    private func found() async throws {
        _ = try await database.owner.withConnection {
            try await $0.pipeline([
                """
                insert into parley.organizations (id, name, created_at, updated_at)
                values (\(organization), 'Bakery', \(now), \(now))
                """,
                """
                insert into parley.channels (id, organization_id, kind, address, name, created_at, updated_at)
                values (\(channel), \(organization), 'whatsapp_twilio', \(line), 'Shop', \(now), \(now))
                """,
            ])
        }
    }

    var now: Date { time.withLock { $0 } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
    func composes(_ body: @escaping @Sendable (ComposeRequest) async throws -> ComposedReply) {
        reply.withLock { $0 = body }
    }

    var clock: WallClock { WallClock { self.now } }
    var ids: IDSource { IDSource { UUID(version7At: Date(), random: Randomness.system.bytes(10)) } }
    var inbox: Inbox { Inbox(database: database.app, clock: clock, ids: ids, debounce: Debounce(quiet: 2)) }
    var queue: JobQueue { JobQueue(database: database.app, clock: clock, randomness: .system) }
    var actions: ConversationActions { ConversationActions(database: database.app, clock: clock, ids: ids) }
    var composer: Composer {
        Composer { request in
            let body = self.reply.withLock { $0 }
            return try await body(request)
        }
    }
    var turn: Turn {
        let sender = provider.sender
        return Turn(
            database: database.app, clock: clock, ids: ids, composer: composer, sender: { _ in sender }, marked: marked)
    }
    func outbox(_ limits: Outbox.Limits = Outbox.Limits()) -> Outbox {
        let sender = provider.sender
        return Outbox(
            database: database.app, clock: clock, ids: ids, sender: { _ in sender }, limits: limits, marked: marked)
    }

    @discardableResult
    func receive(
        _ text: String, from: String = "whatsapp:+491701234567", id: String = UUID().uuidString, to: String? = nil,
        keyword: String? = nil, quiet: TimeInterval = 2
    ) async throws -> InboundReceipt {
        let debounce = Debounce(quiet: quiet)
        return try await Inbox(database: database.app, clock: clock, ids: ids, debounce: debounce).receive(
            InboundMessage(
                kind: .whatsappTwilio, localAddress: to ?? line, remoteAddress: from, providerMessageID: id,
                contactName: "Ann", text: text, providerKeyword: keyword))
    }

    /// Works off every job that is due, without waiting. Returns their kinds.
    @discardableResult
    func work(_ limits: Outbox.Limits = Outbox.Limits(), atMost: Int = 20) async throws -> [JobKind] {
        var kinds: [JobKind] = []
        var next = try await queue.claim()
        while let job = next, kinds.count < atMost {
            kinds.append(job.kind)
            let outcome = try await perform(job, limits)
            guard case .recorded(let following?) = outcome else {
                next = try await queue.finish(job, outcome, claiming: queue.kinds, after: nil)
                continue
            }
            next = following
        }
        if let next { try await giveBack(next) }
        return kinds
    }

    /// For a job that was claimed and is not begun.
    func giveBack(_ job: Job) async throws {
        try await queue.finish(job, .snooze(until: now))
    }

    /// A customer's question, and a person's reply to it a day later: it may not leave any more.
    func replyADayLater() async throws {
        let receipt = try await receive("Hi")
        try await settle()
        advance(24 * 3600)
        let reply = PersonReply(id: ids.make(), text: "Late")
        _ = try await actions.reply(reply, in: receipt.conversation, of: organization, by: user)
    }

    /// Writes down what a job came to, and goes on with the one that follows it, as a runner does.
    func finish(_ job: Job, _ outcome: JobOutcome) async throws {
        guard case .recorded(let next?) = outcome else { return try await queue.finish(job, outcome) }
        try await finish(next, try await perform(next))
    }

    func perform(_ job: Job, _ limits: Outbox.Limits = Outbox.Limits()) async throws -> JobOutcome {
        switch job.kind {
        case .turn: try await turn.run(job, timeout: 5, until: .distantFuture)
        case .send: try await outbox(limits).run(job, until: Date() + 20)
        default: .cancel(reason: "not here")
        }
    }

    /// What happens after the customer stopped writing.
    func settle() async throws {
        advance(3)
        try await work()
    }

    // MARK: What fails

    /// Runs the due turn until it is being written, and kills whoever runs it.
    func loseTurn(composing body: @escaping @Sendable (ComposeRequest) async throws -> ComposedReply) async throws {
        composes(body)
        guard let job = try await queue.claim([.turn]) else { throw TestSetupError("no turn is due") }
        let dying = Task { try await perform(job) }
        while try await count("select count(*) from parley.turns where state = 'composing'") == 0 {
            try await Task.sleep(for: .milliseconds(5))
        }
        dying.cancel()
        _ = try? await dying.value
        try await loseLeases()
    }

    /// Everything that is being worked on may be taken by another process.
    func loseLeases() async throws {
        try await database.owner.query(
            "update parley.jobs set leased_until = now() - interval '1 second' where state = 'running'")
    }

    /// The database refuses messages with this text, and so the transaction that stores them; `nil`: none any more.
    func refuse(_ text: String?) async throws {
        try await database.owner.query("alter table parley.messages drop constraint if exists refused")
        guard let text else { return }
        try await database.owner.query(
            "alter table parley.messages add constraint refused check (body <> '\(unescaped: text)')")
    }

    func messages(_ direction: String = "outbound") async throws -> [(text: String, status: String, code: String?)] {
        try await database.owner.query(
            """
            select body, status, error_code from parley.messages where direction = \(direction)
            order by created_at, part, id
            """
        ).map { (try $0["body"], try $0["status"], try $0["error_code"]) }
    }

    func texts() async throws -> [String] { try await messages().map(\.text) }

    func decisions() async throws -> [String] {
        try await database.owner.query("select gate || ' ' || outcome as text from parley.decisions order by id").map {
            try $0["text"]
        }
    }

    func count(_ query: Query) async throws -> Int {
        let rows = try await database.owner.query(query)
        return try rows.first?["count"] ?? 0
    }

    func set(_ column: String, _ value: String) async throws {
        try await database.owner.query(
            "update parley.organizations set \(unescaped: column) = \(value) where id = \(organization)")
    }
}

/// A provider in memory: takes what it is told to take and remembers it.
final class FakeProvider: Sendable {
    struct Taken: Sendable {
        let draft: ChannelDraft
        let providerID: String
        let at: Date
    }
    private let taken = Mutex<[Taken]>([])
    private let answer = Mutex<@Sendable (ChannelDraft) -> SendResult?>({ _ in nil })
    private let standing = Mutex((status: MessageStatus.sent, optsOut: false))
    private let listing = Mutex<(@Sendable () throws -> Void)>({})
    /// Providers write a message down even when their answer is lost.
    private let takesWhenSilent = Mutex(false)

    /// `nil` takes the message.
    func answers(takingAnyway: Bool = false, _ body: @escaping @Sendable (ChannelDraft) -> SendResult?) {
        answer.withLock { $0 = body }
        takesWhenSilent.withLock { $0 = takingAnyway }
    }
    /// What it lists its messages as.
    func becomes(_ status: MessageStatus, optsOut: Bool = false) { standing.withLock { $0 = (status, optsOut) } }
    func lists(_ body: @escaping @Sendable () throws -> Void) { listing.withLock { $0 = body } }

    var sent: [String] { taken.withLock { $0.map(\.draft.body) } }
    var all: [Taken] { taken.withLock { $0 } }

    @discardableResult
    func take(_ draft: ChannelDraft) -> String {
        taken.withLock { taken in
            let id = "SM\(taken.count + 1)"
            taken.append(Taken(draft: draft, providerID: id, at: Date()))
            return id
        }
    }

    var sender: ChannelSender {
        ChannelSender(
            send: { draft in
                let refusal = self.answer.withLock { $0 }(draft)
                if let refusal {
                    if self.takesWhenSilent.withLock({ $0 }) { self.take(draft) }
                    return refusal
                }
                return .accepted(providerID: self.take(draft))
            },
            reconcile: { draft, since in
                try self.listing.withLock { $0 }()
                let standing = self.standing.withLock { $0 }
                return self.all.filter { $0.draft.to == draft.to && $0.at >= since }.map {
                    SentMessage(
                        providerID: $0.providerID, body: $0.draft.body, createdAt: $0.at, status: standing.status,
                        optsOut: standing.optsOut)
                }
            }, longest: 0)
    }
}
