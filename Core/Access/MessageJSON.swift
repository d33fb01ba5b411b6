import Domain
package import Store
package import Web

extension MessageView {
    package var json: JSONValue {
        .object([
            "id": .string(id.text), "conversation_id": .string(conversation.text), "channel_id": .string(channel.text),
            "direction": .string(direction), "author": .string(author), "author_user_id": .text(authorUser?.text),
            "type": .string(type), "body": .string(body), "media": .stored(media), "status": .string(status),
            "error_code": .text(errorCode), "error_reason": .text(errorReason),
            "provider_message_id": .text(providerMessageID), "created_at": .time(createdAt), "sent_at": .time(sentAt),
        ])
    }
}
