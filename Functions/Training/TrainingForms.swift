import Access
import Domain
import FoundationEssentials
import Store
import Web

/// `{"profile": {...}, "items": [...]}`; either may be absent. Fields of the profile that are absent stay.
struct TrainingForm: Decodable {
    private static let mostItems = 500

    var profile: ProfileForm?
    var items: [ItemForm]?

    func checkedItems(ids: IDSource) throws -> [KnowledgeItem] {
        guard (items ?? []).count <= Self.mostItems else {
            throw Fault.invalid("items", "At most \(Self.mostItems) items at once.")
        }
        return try (items ?? []).enumerated().map { index, form in
            try form.checked(id: try form.checkedID("items[\(index)].id") ?? ids.make(), field: "items[\(index)].")
        }
    }
}

struct ProfileForm: Decodable {
    var name: String?
    var description: String?
    var industry: String?
    var website: String?
    var ownerName: String?
    var phoneNumber: String?
    var goals: String?
    var targetAudience: String?
    var products: [BusinessProfile.Product]?

    init() {}

    private enum CodingKeys: String, CodingKey {
        case name, description, industry, website, goals, products
        case ownerName = "owner_name"
        case phoneNumber = "phone_number"
        case targetAudience = "target_audience"
    }

    func applied(to profile: BusinessProfile) throws -> BusinessProfile {
        var changed = profile
        if let name { changed.name = try checked(name, "name", 1...200) }
        if let description { changed.description = try checked(description, "description", 0...4000) }
        if let industry { changed.industry = try checked(industry, "industry", 0...200) }
        if let website { changed.website = try checked(website, "website", 0...500) }
        if let ownerName { changed.ownerName = try checked(ownerName, "owner_name", 0...200) }
        if let phoneNumber { changed.phoneNumber = try checked(phoneNumber, "phone_number", 0...50) }
        if let goals { changed.goals = try checked(goals, "goals", 0...4000) }
        if let targetAudience { changed.targetAudience = try checked(targetAudience, "target_audience", 0...4000) }
        if let products { changed.products = try Self.checked(products) }
        return changed
    }

    private func checked(_ text: String, _ field: String, _ length: ClosedRange<Int>) throws -> String {
        try checkedText(text, field: "profile." + field, length)
    }

    private static func checked(_ products: [BusinessProfile.Product]) throws -> [BusinessProfile.Product] {
        guard products.count <= 200 else { throw Fault.invalid("profile.products", "At most 200 products.") }
        for (index, product) in products.enumerated() {
            let field = "profile.products[\(index)]"
            _ = try checkedText(product.name, field: field + ".name", 1...300)
            _ = try checkedText(product.price, field: field + ".price", 0...200)
            _ = try checkedText(product.targetPlatform, field: field + ".target_platform", 0...50)
            guard product.features.count <= 50 else { throw Fault.invalid(field + ".features", "At most 50 features.") }
            for feature in product.features { _ = try checkedText(feature, field: field + ".features", 0...500) }
        }
        return products
    }
}

struct ItemForm: Decodable {
    var id: String?
    var title: String
    var body: String
    var tags: [String]?
    var source: String?
    var sourceName: String?

    private enum CodingKeys: String, CodingKey {
        case id, title, body, tags, source
        case sourceName = "source_name"
    }

    func checkedID(_ field: String) throws -> KnowledgeItemID? {
        guard let id else { return nil }
        guard let id = KnowledgeItemID(id) else { throw Fault.invalid(field, "This is not an id.") }
        return id
    }

    func checked(id: KnowledgeItemID, field: String) throws -> KnowledgeItem {
        let tags = tags ?? []
        guard tags.count <= 50, tags.reduce(tags.count, { $0 + $1.unicodeScalars.count }) <= 2000 else {
            throw Fault.invalid(field + "tags", "At most 50 tags with 2000 characters together.")
        }
        let source = try checkedText(source ?? "manual", field: field + "source", 1...100)
        // Items of that source are replaced by the next training.
        guard source != "profile" else { throw Fault.invalid(field + "source", "profile is written by training only.") }
        return KnowledgeItem(
            id: id, title: try checkedText(title, field: field + "title", 1...300),
            body: try checkedText(body, field: field + "body", 1...8000),
            tags: try tags.map { try checkedText($0, field: field + "tags", 1...200) }, source: source,
            sourceName: try checkedText(sourceName ?? "", field: field + "source_name", 0...500))
    }
}

extension TrainingStatus {
    var json: [String: JSONValue] {
        [
            "is_model_trained": .bool(isModelTrained), "last_trained_at": .time(lastTrainedAt),
            "snapshot": .integer(snapshot), "items": .integer(items),
        ]
    }
}

extension BusinessProfile {
    var json: JSONValue {
        .object([
            "name": .string(name), "description": .string(description), "industry": .string(industry),
            "website": .string(website), "owner_name": .string(ownerName), "phone_number": .string(phoneNumber),
            "goals": .string(goals), "target_audience": .string(targetAudience),
            "products": .array(
                products.map { product in
                    .object([
                        "name": .string(product.name), "price": .string(product.price),
                        "features": .array(product.features.map(JSONValue.string)),
                        "target_platform": .string(product.targetPlatform),
                    ])
                }),
        ])
    }
}

extension KnowledgeItem {
    var json: JSONValue {
        .object([
            "id": .string(id.text), "title": .string(title), "body": .string(body),
            "tags": .array(tags.map(JSONValue.string)), "source": .string(source), "source_name": .string(sourceName),
        ])
    }
}
