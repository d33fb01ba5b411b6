import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let deleteChannel = Endpoint(
        .delete, "/api/v1/channels/{id}", also: formerRoutes("DELETE", rest: "/{id}"),
        "Deletes a line and says what goes with it.",
        for: .member(.admin), takes: .query(DryRun.form), answers: .one(Deletion.answer),
        faults: [DocumentedFault(409, "provider-number", "The number belongs to a provider and is released instead.")]
    ) { call, query in
        let id: ChannelID = try call.id(of: "channel")
        let cascade =
            query.isDryRun
            ? try await call.channels.cascade(id, of: call.organization)
            : try await call.channels.delete(id, of: call.organization, at: call.now)
        return Deletion(id: id, isDone: !query.isDryRun, cascade: try cascade.found("channel"))
    }
}

private struct DryRun: Sendable {
    var isDryRun = false

    static let form = Form(DryRun()) {
        $0.optional("dry_run", \.isDryRun, .boolean, about: "true only says what would go with the line.")
    }
}

private struct Deletion: Sendable {
    var id: ChannelID
    var isDone: Bool
    var cascade: LineCascade

    static let answer = Answer<Deletion> {
        $0.field("id", \.id)
        $0.field("deleted", \.isDone)
        $0.field("cascade", \.cascade, LineCascade.answer)
    }
}

extension LineCascade {
    fileprivate static let answer = Answer<LineCascade> {
        $0.field("conversations", \.conversations)
        $0.field("queued_messages", \.queuedMessages)
        $0.field("is_linked", \.isLinked)
        $0.field("is_primary", \.isPrimary)
        $0.field("summary", \.summary, about: "The same as a sentence.")
    }

    private var summary: String {
        var parts = ["\(conversations) conversations stay readable but can't be answered"]
        if queuedMessages > 0 { parts.append("\(queuedMessages) messages that have not left are withdrawn") }
        if isLinked { parts.append("the phone is unlinked and its keys are wiped") }
        if isPrimary { parts.append("another channel becomes the primary one") }
        return parts.joined(separator: "; ") + "."
    }
}
