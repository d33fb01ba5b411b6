import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let train = Endpoint(
        .post, "/api/v1/training", also: ["POST /api/training/train"],
        "Trains the assistant on the profile and the items; parts of the profile that are absent stay.",
        for: .member(.admin, scope: KeyScope(.knowledge, .write)), takes: .body(TrainingForm.form), limit: 1 << 20,
        answers: .one(TrainingStatus.answer),
        faults: [.knowledgeFull], repeats: .once, limits: .training,
        example: [
            "profile": ["description": "A bakery", "products": [["name": "Loaf", "price": "7 USD"]]],
            "items": [["title": "Hours", "body": "Open at seven", "tags": ["open"]]],
        ]
    ) { call, form in
        let items = form.items.map { $0.item(id: $0.id ?? call.ids.make()) }
        return try await call.knowledge.train(
            call.organization, on: form.profile, and: items, ids: call.ids, at: call.now)
    }

    static let trainingState = Endpoint(
        .get, "/api/v1/training", also: ["GET /api/training/train"], "Whether the assistant is trained, and on what.",
        for: .member(.viewer, scope: KeyScope(.knowledge, .read)), answers: .one(TrainingState.answer)
    ) { call in
        let (status, profile) = try await call.knowledge.training(of: call.organization).found("organization")
        return TrainingState(status: status, profile: profile)
    }
}

private struct TrainingForm: Sendable {
    var profile = BusinessProfile.Change()
    var items: [KnowledgeItemForm] = []

    static let form = Form(TrainingForm()) {
        $0.optional("profile", \.profile, .object(BusinessProfile.Change.form))
        $0.optional("items", \.items, .list(of: .object(KnowledgeItemForm.form), 0...500))
    }
}

private struct TrainingState: Sendable {
    var status: TrainingStatus
    var profile: BusinessProfile

    static let answer = Answer<TrainingState> {
        $0.include(TrainingStatus.answer, \.status)
        $0.field("profile", \.profile, BusinessProfile.answer)
    }
}

extension TrainingStatus {
    fileprivate static let answer = Answer<TrainingStatus> {
        $0.field("is_model_trained", \.isModelTrained)
        $0.field("last_trained_at", \.lastTrainedAt)
        $0.field("snapshot", \.snapshot, about: "Number of the last training; 0 before the first.")
        $0.field("items", \.items)
    }
}
