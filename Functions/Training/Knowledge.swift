import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let listKnowledge = Endpoint(
        .get, "/api/v1/knowledge", "Knowledge items, newest first.",
        for: .member(.viewer, scope: KeyScope(.knowledge, .read)), takes: .query(ListQuery.form),
        answers: .page(of: ListedKnowledgeItem.answer)
    ) { call, query in
        let items = try await call.knowledge.list(
            of: call.organization, after: query.after(), limit: query.limit + 1)
        return query.page(items) { Cursor($0.createdAt, $0.item.id) }
    }

    static let createKnowledgeItem = Endpoint(
        .post, "/api/v1/knowledge", "A new knowledge item; it is found from now on.",
        for: .member(.admin, scope: KeyScope(.knowledge, .write)), takes: .body(KnowledgeItemForm.form),
        answers: .created(KnowledgeItem.answer) { "/api/v1/knowledge/\($0.id.text)" },
        faults: [.knowledgeFull], repeats: .once, limits: .training,
        example: ["title": "Parking", "body": "Behind the house", "tags": ["car"]]
    ) { call, form in
        let item = form.item(id: KnowledgeItemID(call.subject))
        try await call.knowledge.save(item, of: call.organization, at: call.now)
        return item
    }

    static let replaceKnowledgeItem = Endpoint(
        .put, "/api/v1/knowledge/{id}", "Writes a whole knowledge item under its id.",
        for: .member(.admin, scope: KeyScope(.knowledge, .write)), takes: .body(KnowledgeItemForm.form),
        answers: .one(KnowledgeItem.answer),
        faults: [.knowledgeFull], limits: .training, example: ["title": "Parking", "body": "In the street"]
    ) { call, form in
        let item = form.item(id: try call.id(of: "knowledge item"))
        try await call.knowledge.save(item, of: call.organization, at: call.now)
        return item
    }

    static let deleteKnowledgeItem = Endpoint(
        .delete, "/api/v1/knowledge/{id}", "Deletes a knowledge item.",
        for: .member(.admin, scope: KeyScope(.knowledge, .write)), answers: .nothing
    ) { call in
        try await call.knowledge.delete(try call.id(of: "knowledge item"), of: call.organization)
    }
}

extension ListedKnowledgeItem {
    fileprivate static let answer = Answer<ListedKnowledgeItem> { $0.include(KnowledgeItem.answer, \.item) }
}

extension KnowledgeItem {
    fileprivate static let answer = Answer<KnowledgeItem> {
        $0.field("id", \.id)
        $0.field("title", \.title)
        $0.field("body", \.body)
        $0.field("tags", \.tags)
        $0.field("source", \.source)
        $0.field("source_name", \.sourceName)
    }
}

extension DocumentedFault {
    static let knowledgeFull = DocumentedFault(
        409, "knowledge-full", "The organization has as many knowledge items as it may.")
}
