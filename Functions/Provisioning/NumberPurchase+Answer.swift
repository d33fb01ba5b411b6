import API
import Domain
import Store

extension NumberPurchase.Status: Answerable {}

extension NumberPurchase {
    static let answer = Answer<NumberPurchase> {
        $0.field("number", \.number)
        $0.field("status", \.status)
        $0.field("sid", \.providerID)
        $0.field("channel_id", \.channel)
        $0.field("reason", \.reason, about: "Why it failed; empty otherwise.")
        $0.field("created_at", \.createdAt)
    }
}
