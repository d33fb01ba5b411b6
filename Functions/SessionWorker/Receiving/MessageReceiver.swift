import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// A message comes in: opened, stored and acknowledged, in this order. The ratchet step, the message and everything that
/// follows from it commit together; the server hears of it afterwards.
struct MessageReceiver: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let ratchets: RatchetLock
    let store: MessageStore
    let retries: RetryRequester
    let acknowledger: Acknowledger
    let faults: FaultPoints
    let log: LineLog
    let enqueue: @Sendable (BackgroundTask) -> Void
    let jobs: JobCalls

    func receive(_ stanza: Node) async throws {
        guard let account = own.account else { return }
        let message: IncomingMessage
        do throws(StanzaError) {
            message = try IncomingMessage(stanza, account: account)
        } catch {
            log.complain("a message makes no sense", error)
            return try await acknowledger.answer(stanza, .refused(.unparsable))
        }
        try await addresses.learn(message.pairs)
        if let outcome = message.unopened { return try await leaveUnopened(stanza, outcome) }
        let address = try await addresses.canonical(message.sender).signalAddress
        let result = try await ratchets.withLock { try await open(message, address) }
        faults.reach(.lineReceived)
        try await acknowledger.answer(stanza, result.outcome)
        faults.reach(.lineReceipted)
        for task in result.tasks { enqueue(task) }
        try await addresses.learn(result.pairs)
        if result.isWork { jobs.call() }
    }

    private func leaveUnopened(_ stanza: Node, _ outcome: Acknowledgement.Outcome) async throws {
        if case .refused = outcome { log.note("a message without readable encryption was refused") }
        try await acknowledger.answer(stanza, outcome)
    }

    private func open(_ message: IncomingMessage, _ address: SignalAddress) async throws -> ReceivingResult {
        let loaded = try await database.read([
            database.keys.load(RatchetStep.keys(for: message, address: address)),
            .retries(of: message.id, on: database.line, at: database.now),
        ])
        var step = try RatchetStep(
            database.keys.opened(loaded[0]), for: message, address: address, credentials: own.credentials)
        let parts = OpenedParts(message, &step)
        if parts.opened.isEmpty, let failure = parts.failure {
            return try await retries.failed(message, failure, earlier: try loaded[1].first?["count"] ?? 0)
        }
        let moves = try await moves(step, parts, message, address)
        guard parts.isReadable else {
            try await database.commit(moves)
            return ReceivingResult(outcome: .refused(.badProtobuf))
        }
        return try await store.store(message, parts.opened, moving: moves)
    }

    /// Everything that the ratchets' step writes.
    private func moves(
        _ step: RatchetStep, _ parts: OpenedParts, _ message: IncomingMessage, _ address: SignalAddress
    ) async throws -> [Query] {
        let used = database.keys.delete(step.usedPreKeys.map(PreKey.storageKey))
        let others = try await keysForOtherGroups(parts.opened, step, address)
        let event = step.isNewIdentity ? [try identityEvent(message)] : []
        return try database.store(step.changed) + used + others + event
    }

    /// A sender key usually comes with the first group message; it may also come in a message of its own.
    private func keysForOtherGroups(
        _ opened: [ReceivedMessage], _ step: RatchetStep, _ address: SignalAddress
    ) async throws -> [Query] {
        let given = opened.compactMap { step.distribution(in: $0) }
        guard !given.isEmpty else { return [] }
        let names = given.map { LineKey.senderKey($0.group, address) }
        var stored = try await database.secrets(names)
        for (key, name) in zip(given, names) {
            var record = try stored[name].map { try SenderKeyRecord(serialized: $0) } ?? SenderKeyRecord()
            record.process(key.distribution)
            stored[name] = record.serialized
        }
        return try database.store(stored)
    }

    private func identityEvent(_ message: IncomingMessage) throws -> Query {
        try .event(
            "contact.identity_changed", about: database.line.channel.rawValue, of: database.line.organization,
            data: ["address": message.sender.withoutDevice.description], at: database.now)
    }
}
