package import Access
package import Conversation
package import Domain
package import Store

extension Call where Caller == Member {
    package var member: Member { caller }
    package var organization: OrganizationID { caller.organization }
    package var user: UserID { caller.user }

    /// Writes down what a person sends; the job runner takes it from there. The same id again changes nothing.
    /// - Parameter isPersonal: at the inbox, to a customer who wrote.
    package func queue(
        _ reply: PersonReply, in conversation: ConversationView, isPersonal: Bool = false
    ) async throws -> QueuedMessage {
        let queued = try await api.conversationActions.reply(
            reply, in: conversation.id, of: organization, by: user, isPersonal: isPersonal && member.session != nil)
        if queued.wakeNeeded { await api.wakeRunner() }
        return QueuedMessage(id: reply.id, conversation: conversation.id, to: conversation.remoteAddress)
    }
}

extension Call where Caller == Admission {
    package var session: OpenSession { caller.session }
    package var user: UserID { caller.session.user }
}
