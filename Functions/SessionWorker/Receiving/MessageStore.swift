import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// What an opened message means to the road.
struct MessageStore: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let mapper: InboundMapper
    let polls: PollSecrets
    let groups: GroupDirectory
    let peers: PeerMessages
    let ids: IDSource
    let debounce: Debounce
    let log: LineLog

    /// - Parameter ratchet: commits together with the message.
    func store(
        _ message: IncomingMessage, _ opened: [ReceivedMessage], moving ratchet: [Query]
    ) async throws -> ReceivingResult {
        guard let content = opened.last(where: { $0.body != .empty }), Self.concernsPeople(message.chat) else {
            return try await keepNothing(ratchet)
        }
        if case .control(let control) = content.body {
            return try await peers.obey(control, from: message, moving: ratchet)
        }
        guard message.category != "peer" else { return try await keepNothing(ratchet) }
        let chat = message.isFromMe ? content.destination ?? message.chat : message.chat
        let known = ChatMessage(message, in: try await addresses.canonical(chat.withoutDevice), content)
        do {
            return known.isFromMe
                ? try await storeOwn(known, moving: ratchet) : try await storeTheirs(known, moving: ratchet)
        } catch let error as PostgresError where error.isAboutData {
            return try await keepUnsupported(known, error, moving: ratchet)
        }
    }

    /// Not stories, newsletters and lists.
    static func concernsPeople(_ chat: JID) -> Bool { chat.isUser || chat.isGroup }

    private func keepNothing(_ ratchet: [Query]) async throws -> ReceivingResult {
        try await database.commit(ratchet)
        return ReceivingResult()
    }

    // MARK: The customer's

    private func storeTheirs(_ message: ChatMessage, moving ratchet: [Query]) async throws -> ReceivingResult {
        switch message.content.body {
        case .edit(let key, let body):
            return try await keepNothing(ratchet + [rewrite(key, message, to: body.text ?? "", "edited")])
        case .revoke(let key): return try await keepNothing(ratchet + [rewrite(key, message, to: "", "revoked")])
        case .reaction: return try await keepNothing(ratchet + [try kept(message, as: .contact)])
        case .pollVote(let key, let payload, let nonce):
            guard let chosen = try await polls.choice(in: key, payload, nonce, by: message.sender) else {
                return try await keepNothing(ratchet)
            }
            return try await receive(mapper.inbound(message, type: .poll, text: chosen), ratchet)
        default:
            var result = try await receive(mapper.inbound(message), ratchet + (try fileSecret(message)))
            if message.chat.isGroup, !groups.isNamed(message.chat) { result.tasks.append(.nameGroup(message.chat)) }
            return result
        }
    }

    private func receive(_ inbound: InboundMessage, _ queries: [Query]) async throws -> ReceivingResult {
        let query = try Query.receive(inbound, ids: InboundIDs(ids), at: database.now, debounce: debounce)
        guard let row = try await database.commit(queries + [query]).last?.first else { return ReceivingResult() }
        return ReceivingResult(isWork: try row["is_new"])
    }

    private func rewrite(_ key: MessageKey, _ message: ChatMessage, to text: String, _ type: String) -> Query {
        .rewrite(
            StoredID.of(key.id), by: mapper.authors(of: message), in: message.chat.description, to: text.cut(to: .max),
            type: type,
            on: database.line, at: database.now)
    }

    // MARK: The business's own, typed on the phone

    /// The person who holds the phone answers from now on: machines fall silent in the same transaction.
    private func storeOwn(_ message: ChatMessage, moving ratchet: [Query]) async throws -> ReceivingResult {
        guard !own.addresses.contains(message.chat) else { return try await keepNothing(ratchet) }
        let queries = ratchet + (try fileSecret(message)) + [try kept(message, as: .user)]
        let now = database.now
        try await database.transaction { connection in
            let answers = try await connection.pipeline(queries)
            guard let row = answers.last?.first, try row["is_new"], message.content.body.takesOver else { return }
            let thread: ConversationID = try row["conversation_id"]
            guard let locked = try await connection.query(.lock(thread)).first else {
                throw PostgresError.decoding("the conversation of a message is not there")
            }
            let before = try ConversationRecord(locked).ownership
            let after = before.handedToPeople()
            guard after != before else { return }
            try await connection.pipeline([
                .give(thread, to: after, status: .open, at: now),
                .cancelQueued(
                    in: thread, before: after.epoch, reason: "A person answered on the phone.", at: now),
            ])
        }
        return ReceivingResult()
    }

    func kept(_ message: ChatMessage, as author: KeptAuthor, isNews: Bool = true) throws -> Query {
        try .keep(
            mapper.inbound(message), ids: InboundIDs(ids), on: database.line, author: author, isNews: isNews,
            at: database.now)
    }

    /// Whom it is about, by all names.
    func people(in message: ChatMessage) -> [String] { mapper.inbound(message).personNames }

    /// Where a file is and what opens it: kept, so that it can be fetched when somebody wants to see it.
    func fileSecret(_ message: ChatMessage) throws -> [Query] {
        guard case .media = message.content.body else { return [] }
        return try database.store([mapper.fileKey(of: message): message.content.content], replacing: false)
    }

    // MARK: What the database does not take

    /// One message that can't be stored as it is must not keep the others from coming in: the server would send it again and
    /// again. It is kept by name, with the reason; when not even that is possible, only the ratchet moves.
    private func keepUnsupported(
        _ message: ChatMessage, _ error: PostgresError, moving ratchet: [Query]
    ) async throws -> ReceivingResult {
        log.complain("a message could not be stored as it is", error, ["message": message.id.cut(to: 64)])
        let kept = try Query.keep(
            mapper.unsupported(message, because: Self.unsupported), ids: InboundIDs(ids), on: database.line,
            author: message.isFromMe ? .user : .contact, isNews: true, at: database.now)
        do {
            return try await keepNothing(ratchet + [kept])
        } catch let error as PostgresError where error.isAboutData {
            log.complain("a message could not be stored at all", error)
            return try await keepNothing(ratchet)
        }
    }

    private static let unsupported = "This message could not be stored: it holds something that is not allowed here."
}

extension Body {
    /// Whoever wrote this on the phone answers the customer from now on.
    fileprivate var takesOver: Bool {
        switch self {
        case .reaction, .edit, .revoke, .pollVote: false
        default: true
        }
    }
}
