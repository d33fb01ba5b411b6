import Domain
package import Store

extension MessageView {
    package static let answer = Answer<MessageView> {
        $0.field("id", \.id)
        $0.field("conversation_id", \.conversation)
        $0.field("channel_id", \.channel)
        $0.field("direction", \.direction, about: "inbound or outbound.")
        $0.field("author", \.author, about: "contact, user (a person of the organization), ai, flow or system.")
        $0.field("author_user_id", \.authorUser)
        $0.word("type", \.type, of: MessageType.self)
        $0.field("body", \.body)
        $0.stored("media", \.media, about: "Files, each with `url` and `content_type`.")
        $0.word("status", \.status, of: MessageStatus.self)
        $0.field("error_code", \.errorCode)
        $0.field("error_reason", \.errorReason)
        $0.field("provider_message_id", \.providerMessageID)
        $0.field("created_at", \.createdAt)
        $0.field("sent_at", \.sentAt)
    }
}
