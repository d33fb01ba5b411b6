import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// A message comes in: opened, stored and acknowledged, in this order. The ratchet step, the message and everything that
/// follows from it commit together; the server hears of it afterwards (protocol sheet, sections 8 and 12).
extension Session {
    func receive(_ stanza: Node) async throws {
        guard let account else { return }
        let message: IncomingMessage
        do throws(StanzaError) {
            message = try IncomingMessage(stanza, account: account)
        } catch {
            environment.log.complain("a message makes no sense", error, fields)
            return try await answer(stanza, .refused(.unparsable))
        }
        try await learn(message.pairs)
        if let outcome = message.unopened {
            if case .refused = outcome {
                environment.log.note("a message without readable encryption was refused", fields)
            }
            return try await answer(stanza, outcome)
        }
        let address = try await canonical(message.sender).signalAddress
        let result = try await locked { try await self.open(message, address) }
        environment.faults.reach(.lineReceived)
        try await answer(stanza, result.outcome)
        environment.faults.reach(.lineReceipted)
        for errand in result.errands { soon(errand) }
        try await learn(result.pairs)
        if result.wakes { await environment.wakeJobs() }
    }

    /// What came of a message, once it is stored.
    struct Received: Sendable {
        var outcome = Acknowledgement.Outcome.processed
        var errands: [Errand] = []
        var pairs: [LIDPair] = []
        /// No job runner is looking.
        var wakes = false
    }

    private func open(_ message: IncomingMessage, _ address: SignalAddress) async throws -> Received {
        let loaded = try await read([
            keys.load(RatchetStep.keys(for: message, address: address)),
            .retries(of: message.id, on: line, at: now),
        ])
        var step = try RatchetStep(
            keys.opened(loaded[0]), for: message, address: address, credentials: credentials)
        let parts = Self.open(message, &step)
        if parts.opened.isEmpty, let failure = parts.failure {
            return try await failed(message, failure, earlier: try loaded[1].first?["count"] ?? 0)
        }
        var queries =
            try keys.store(step.changed, at: now) + keys.delete(step.usedPreKeys.map(PreKey.storageKey))
            + (try await keysForOtherGroups(parts.opened, step, address))
        if step.isNewIdentity { queries += [try identityEvent(message)] }
        guard parts.isReadable else {
            try await commit(queries)
            return Received(outcome: .refused(.badProtobuf))
        }
        return try await store(message, parts.opened, moving: queries)
    }

    private struct Parts {
        var opened: [ReceivedMessage] = []
        var failure: SignalError?
        var isReadable = true
    }

    /// Every part in order; a group's key comes before the message it opens.
    private static func open(_ message: IncomingMessage, _ step: inout RatchetStep) -> Parts {
        var parts = Parts()
        for part in message.encrypted {
            do throws(SignalError) {
                let plain = try step.open(part)
                guard let received = try? ReceivedMessage(padded: plain) else {
                    parts.isReadable = false
                    continue
                }
                if let key = received.senderKey { step.process(key) }
                parts.opened.append(received)
            } catch {
                // A repeat says less than a part that did not open.
                if parts.failure == nil || parts.failure == .duplicate { parts.failure = error }
            }
        }
        // A key without the message it was sent for is not the message.
        if parts.failure != nil, parts.failure != .duplicate, parts.opened.allSatisfy({ $0.body == .empty }) {
            parts.opened = []
        }
        return parts
    }

    /// A sender key usually comes with the first group message; it may also come in a message of its own.
    private func keysForOtherGroups(
        _ opened: [ReceivedMessage], _ step: RatchetStep, _ address: SignalAddress
    ) async throws -> [Query] {
        let given = opened.compactMap { step.distribution(in: $0) }
        guard !given.isEmpty else { return [] }
        let names = given.map { LineKey.senderKey($0.group, address) }
        var stored = try keys.opened(try await read([keys.load(names)])[0])
        for (key, name) in zip(given, names) {
            var record = try stored[name].map { try SenderKeyRecord(serialized: $0) } ?? SenderKeyRecord()
            record.process(key.distribution)
            stored[name] = record.serialized
        }
        return try keys.store(stored, at: now)
    }

    private func identityEvent(_ message: IncomingMessage) throws -> Query {
        try .event(
            "contact.identity_changed", about: line.channel.rawValue, of: line.organization,
            data: ["address": message.sender.withoutDevice.description], at: now)
    }
}
