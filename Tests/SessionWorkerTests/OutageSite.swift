import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

/// A few linked lines of one worker's process, a customer on each, and somebody who answers.
struct OutageSite: Sendable {
    let installation: Installation
    let relay: DatabaseRelay
    let worker: MortalWorker
    let channels: [ChannelID]
    private let lines: [LinkedLine]
    private let customers: [Contact]
    private let threads: [ConversationID]

    private static let count = 3

    static func make(_ installation: Installation, _ relay: DatabaseRelay, _ worker: MortalWorker) async throws
        -> OutageSite
    {
        var (channels, lines, customers, threads) = ([ChannelID](), [LinkedLine](), [Contact](), [ConversationID]())
        for number in 0..<count {
            let channel = try await installation.makeLine("Line \(number)")
            let line = try await installation.link(channel, as: "1555000111\(number)")
            let customer = try await installation.server.contact("1555222333\(number)", name: "Customer \(number)")
            let text = "Hello \(number)"
            try await customer.send(text, to: line)
            threads.append(try await installation.inbound(text).conversation)
            channels.append(channel)
            lines.append(line)
            customers.append(customer)
        }
        return OutageSite(
            installation: installation, relay: relay, worker: worker, channels: channels, lines: lines,
            customers: customers, threads: threads)
    }

    // MARK: The outage

    func begin(_ outage: OutageTests.Outage) async throws {
        switch outage {
        case .refused: await relay.close()
        case .silent: relay.hold()
        case .stopped: worker.send(SIGSTOP)
        }
    }

    func end(_ outage: OutageTests.Outage) async throws {
        switch outage {
        case .refused: try await relay.open()
        case .silent: relay.letGo()
        case .stopped: worker.send(SIGCONT)
        }
    }

    // MARK: What people do

    func write(_ text: String) async throws {
        for (number, customer) in customers.enumerated() {
            try await customer.send("\(text) \(number)", to: lines[number])
        }
    }

    func received(_ text: String) async throws {
        for number in customers.indices { _ = try await installation.inbound("\(text) \(number)") }
    }

    func answered(_ text: String) async throws {
        for number in customers.indices { try await shown("You said: \(text) \(number)") }
    }

    func talk(_ text: String) async throws {
        try await write(text)
        try await answered(text)
    }

    func answerFromTheDesk(_ text: String) async throws {
        for (number, thread) in threads.enumerated() {
            try await installation.reply("\(text) \(number)", in: thread)
            // Machines go on answering: a person who has the thread would silence them.
            try await installation.database.owner.query(
                "update parley.conversations set owner = 'none', owner_user_id = null where id = \(thread)")
        }
    }

    private func shown(_ text: String) async throws {
        _ = try await installation.server.next(.message, within: 90) { $0.text == text }
    }

    // MARK: Afterwards

    /// Every message was stored once, and every answer shown once.
    func judge() async throws {
        _ = try await eventually("all work to be over", within: 60) { () -> Bool? in
            try await installation.unfinished() == 0 ? true : nil
        }
        let shown = await installation.server.remembered(limit: 20_000).filter { $0.kind == .message }
        for (text, copies) in Dictionary(grouping: shown, by: { $0.text ?? "" }) where copies.count > 1 {
            Issue.record("'\(text)' was shown \(copies.count) times")
        }
        let messages = try await installation.messages()
        for (text, copies) in Dictionary(grouping: messages, by: \.body) where copies.count > 1 {
            Issue.record("'\(text)' is stored \(copies.count) times")
        }
        let unsent = messages.filter {
            $0.direction == "outbound" && !["sent", "delivered", "read"].contains($0.status)
        }
        #expect(unsent.isEmpty, "\(unsent.map { "\($0.body): \($0.status) \($0.reason ?? "")" })")
        for channel in channels { try await installation.status(channel, "connected") }
    }
}
