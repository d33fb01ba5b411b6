import API
import Access
import Conversation
import Domain
import Store
import Web

/// On which channel to whom: the start of every form that sends.
struct Destination: Sendable {
    var channel: ChannelID?
    var recipient = Recipient.number("")
}

extension Form {
    mutating func destination(_ property: any WritableKeyPath<Value, Destination> & Sendable) {
        member("channel_id", .id(of: "channel")) { (id: ChannelID, value) in value[keyPath: property].channel = id }
        member("account_id", .id(of: "channel"), about: "The older name of channel_id.") { (id: ChannelID, value) in
            value[keyPath: property].channel = id
        }
        member("number", .recipient, about: "A telephone number, or the address of a chat.") { recipient, value in
            value[keyPath: property].recipient = recipient
        }
        require("number")
        rule { value throws(Fault) in
            guard value[keyPath: property].channel != nil else {
                throw .invalid("channel_id", "This field is required.")
            }
        }
    }
}

extension Call<Member> {
    /// The channel that a message leaves by.
    func channel(of destination: Destination) async throws -> ChannelRecord {
        guard let id = destination.channel, let channel = try await api.inbox.channel(id, of: organization) else {
            throw SendRefusal.noChannel
        }
        return channel
    }

    /// Finds the conversation or begins it, looks whether it may be written to now, and queues what `compose` makes.
    func send(
        to destination: Destination, on channel: ChannelRecord, _ compose: (MessageID) -> PersonReply
    ) async throws -> QueuedMessage {
        let id = try await conversation(with: destination.recipient, on: channel)
        let conversation = try await api.inbox.conversation(id, of: organization).found("conversation")
        try await api.conversationActions.checkSendable(
            MessageID(subject), in: conversation, of: organization)
        return try await queue(compose(MessageID(subject)), in: conversation)
    }

    private func conversation(with recipient: Recipient, on channel: ChannelRecord) async throws -> ConversationID {
        switch recipient {
        case .chat(let address): try await api.conversationActions.chat(at: address, on: channel, of: organization)
        case .number(let text):
            try await api.conversationActions.thread(
                with: try PhoneNumber.read(text, country: channel.country), on: channel, of: organization)
        }
    }
}
