import Conversation
import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store
import WhatsAppWire

/// How the outbox reaches one line.
struct LineSender: Sendable {
    let database: LineDatabase
    let composer: MessageComposer
    let messages: MessageSender
    let log: LineLog

    /// Handed to the socket so often, each time it was marked, without the server's word: then a person decides
    /// (`OutboxEntry.mayHaveLeft`).
    private static let mostSends = 6
    /// Real seconds that one message may take: typed, its file fetched and handed over, its recipients' devices and keys asked for,
    /// and acknowledged. Each of these is bounded where it is done.
    static let longest = 10 + MediaBudget.patience + OutgoingFiles.timeout + MediaTransfer.uploadTime + 60

    var channelSender: ChannelSender {
        ChannelSender(
            send: { await self.send($0) },
            // Never asked: a repeat is told by its id.
            reconcile: { _, _ in [] }, isRepeatable: true, longest: Self.longest)
    }

    private func send(_ draft: ChannelDraft) async -> SendResult {
        guard let chat = JID(draft.to), chat.isUser || chat.isGroup else {
            return .refused(code: "address", reason: "The recipient's address is not one of WhatsApp's.")
        }
        do {
            let id = draft.stanzaID
            let (outgoing, sends) = try await prepared(draft, id, chat)
            guard sends < Self.mostSends * draft.marks else {
                return .refused(code: "unconfirmed", reason: "WhatsApp never confirmed this message.")
            }
            let meaning = try await messages.send(
                PendingMessage(message: outgoing, id: id, chat: chat, row: draft.id))
            return SendResult(meaning, id: id)
        } catch {
            log.complain("a message did not leave", error)
            return SendResult(failure: error)
        }
    }

    /// The same words as the first time when it may have left already: two versions under one id would differ by device.
    private func prepared(
        _ draft: ChannelDraft, _ id: String, _ chat: JID
    ) async throws -> (message: OutgoingMessage, sends: Int) {
        if draft.providerMessageID != nil,
            let row = try await database.read([database.keys.copy(id, of: database.line.channel)])[0].first
        {
            let copy = try database.keys.opened(row)
            return (OutgoingMessage(copy), copy.sends)
        }
        return (try await composer.message(draft, to: chat), 0)
    }
}

extension SendResult {
    fileprivate init(_ meaning: ServerAck.Meaning, id: String) {
        switch meaning {
        case .accepted, .staleDevices: self = .accepted(providerID: id)
        case .invalid: self = .later(after: 5, reason: "WhatsApp refused the list of the recipient's devices.")
        case .rateLimited: self = .later(after: 120, reason: "WhatsApp limits how fast this line may write.")
        case .noPrivacyToken:
            self = .refused(
                code: "463", reason: "WhatsApp does not let this line write to this person: they never wrote to it.")
        case .refused(let code): self = .refused(code: String(code), reason: "WhatsApp refused the message (\(code)).")
        }
    }

    init(failure error: any Error) {
        switch error {
        case is LineLost, is CancellationError, is PostgresError, is ConnectionError:
            self = .unknown(reason: "The line was interrupted.")
        case SendError.notConnected: self = .unknown(reason: "The line is not connected.")
        case is NotHandedOver:
            self = .later(after: nil, reason: "WhatsApp did not answer a question about the recipient.")
        case let error as SendError: self = .refused(code: "recipient", reason: Self.sentence(error))
        case let error as ComposeError: self = .refused(code: "content", reason: Self.sentence(error))
        // Others' load, and no try of this message: it is begun again without another mark.
        case FileError.noRoom: self = .unknown(reason: "Too many files are on their way.")
        case FileError.notFound: self = .refused(code: "file", reason: "The file to send could not be fetched.")
        case MediaError.tooLarge: self = Self.tooLarge
        case let error as OutboundError where error.code == .tooLarge: self = Self.tooLarge
        case is FileError, is OutboundError: self = .later(after: 15, reason: "The file could not be handed over.")
        case let failure as IQ.Failure:
            self = .later(
                after: 15, reason: "WhatsApp did not answer a question about the recipient (\(failure.code)).")
        default: self = .later(after: 30, reason: "The message could not be prepared.")
        }
    }

    private static let tooLarge = SendResult.refused(
        code: "file", reason: "The file to send is larger than \(MediaTransfer.mostBytes >> 20) MB.")

    private static func sentence(_ error: some CustomStringConvertible) -> String {
        let text = error.description
        return text.prefix(1).uppercased() + text.dropFirst() + "."
    }
}
