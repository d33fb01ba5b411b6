import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// What an opened message means to the road.
extension Session {
    /// - Parameter ratchet: commits together with the message.
    func store(
        _ message: IncomingMessage, _ opened: [ReceivedMessage], moving ratchet: [Query]
    ) async throws -> Received {
        guard let content = opened.last(where: { $0.body != .empty }), Self.concernsPeople(message.chat) else {
            try await commit(ratchet)
            return Received()
        }
        if case .control(let control) = content.body {
            return try await obey(control, message, moving: ratchet)
        }
        guard message.category != "peer" else {
            try await commit(ratchet)
            return Received()
        }
        let chat = message.isFromMe ? content.destination ?? message.chat : message.chat
        let place = Place(message, in: try await canonical(chat.withoutDevice), content)
        return message.isFromMe
            ? try await storeOwn(place, moving: ratchet) : try await storeTheirs(place, moving: ratchet)
    }

    /// Not stories, newsletters and lists.
    static func concernsPeople(_ chat: JID) -> Bool { chat.isUser || chat.isGroup }

    // MARK: The customer's

    private func storeTheirs(_ place: Place, moving ratchet: [Query]) async throws -> Received {
        switch place.content.body {
        case .edit(let key, let body):
            try await commit(ratchet + [rewrite(key, place, to: body.text ?? "", "edited")])
            return Received()
        case .revoke(let key):
            try await commit(ratchet + [rewrite(key, place, to: "", "revoked")])
            return Received()
        case .reaction:
            try await commit(ratchet + [try kept(place, as: .contact)])
            return Received()
        case .pollVote(let key, let payload, let nonce):
            guard let chosen = try await choice(in: key, payload, nonce, place) else {
                try await commit(ratchet)
                return Received()
            }
            return try await receive(inbound(place, type: .poll, text: chosen), ratchet)
        default:
            let extra = try file(place)
            var received = try await receive(inbound(place), ratchet + extra)
            if place.chat.isGroup, !namedGroups.contains(place.chat) { received.errands.append(.nameGroup(place.chat)) }
            return received
        }
    }

    private func receive(_ inbound: InboundMessage, _ queries: [Query]) async throws -> Received {
        let query = try Query.receive(
            inbound, ids: InboundIDs(environment.ids), at: now, debounce: environment.debounce)
        guard let row = try await commit(queries + [query]).last?.first else { return Received() }
        return Received(wakes: try InboundReceipt(row).wakeNeeded)
    }

    private func rewrite(_ key: MessageKey, _ place: Place, to text: String, _ type: String) -> Query {
        .rewrite(key.id, from: place.chat.description, to: text, type: type, on: line, at: now)
    }

    // MARK: The business's own, typed on the phone

    /// The person who holds the phone answers from now on: machines fall silent in the same transaction.
    private func storeOwn(_ place: Place, moving ratchet: [Query]) async throws -> Received {
        guard !ownAddresses.contains(place.chat) else {
            try await commit(ratchet)
            return Received()
        }
        let takesOver: Bool =
            switch place.content.body {
            case .reaction, .edit, .revoke, .pollVote: false
            default: true
            }
        let extra = try file(place)
        let own = try kept(place, as: .user)
        let now = now
        try await environment.database.transaction(holding: line) { connection in
            let answers = try await connection.pipeline(ratchet + extra + [own])
            guard let row = answers.last?.first, try row["is_new"], takesOver else { return }
            let thread: ConversationID = try row["conversation_id"]
            guard let locked = try await connection.query(.lock(thread)).first else { return }
            let before = try ConversationRecord(locked).ownership
            let after = before.handedToPeople()
            guard after != before else { return }
            try await connection.pipeline([
                .give(thread, to: after, status: .open, at: now),
                .cancelQueued(
                    in: thread, before: after.epoch, reason: "A person answered on the phone.", at: now),
            ])
        }
        return Received()
    }

    private func kept(_ place: Place, as author: KeptAuthor) throws -> Query {
        try .keep(
            inbound(place), ids: InboundIDs(environment.ids), on: line, author: author, isNews: true, at: now)
    }

    // MARK: Files

    /// Where a file is and what opens it: kept, so that it can be fetched when somebody wants to see it.
    func file(_ place: Place) throws -> [Query] {
        guard case .media = place.content.body else { return [] }
        return try keys.store([LineKey(.media, place.id): place.content.content], replacing: false, at: now)
    }
}
