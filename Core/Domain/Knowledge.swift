/// What a business says about itself. The first five are columns of its organization.
package struct BusinessProfile: Sendable, Equatable, Codable {
    package var name: String
    package var description: String
    package var industry: String
    package var website: String
    package var ownerName: String
    package var phoneNumber: String
    package var goals: String
    package var targetAudience: String
    package var products: [Product]

    /// Seed 002: `products[{name, price, features, targetPlatform}]`.
    package struct Product: Sendable, Equatable, Codable {
        package var name: String
        /// As the business writes it: `99 USD a month`. Never computed with.
        package var price: String
        package var features: [String]
        package var targetPlatform: String

        package init(name: String, price: String = "", features: [String] = [], targetPlatform: String = "") {
            self.name = name
            self.price = price
            self.features = features
            self.targetPlatform = targetPlatform
        }

        private enum CodingKeys: String, CodingKey {
            case name, price, features
            case targetPlatform = "target_platform"
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            price = try container.decodeIfPresent(String.self, forKey: .price) ?? ""
            features = try container.decodeIfPresent([String].self, forKey: .features) ?? []
            targetPlatform = try container.decodeIfPresent(String.self, forKey: .targetPlatform) ?? ""
        }
    }

    package init(
        name: String, description: String = "", industry: String = "", website: String = "", ownerName: String = "",
        phoneNumber: String = "", goals: String = "", targetAudience: String = "", products: [Product] = []
    ) {
        self.name = name
        self.description = description
        self.industry = industry
        self.website = website
        self.ownerName = ownerName
        self.phoneNumber = phoneNumber
        self.goals = goals
        self.targetAudience = targetAudience
        self.products = products
    }

    private enum CodingKeys: String, CodingKey {
        case name, description, industry, website, goals, products
        case ownerName = "owner_name"
        case phoneNumber = "phone_number"
        case targetAudience = "target_audience"
    }
}

/// One thing a business told us, about one subject.
package struct KnowledgeItem: Sendable, Equatable {
    package var id: KnowledgeItemID
    /// 1...300 characters.
    package var title: String
    /// 1...8,000 characters.
    package var body: String
    package var tags: [String]
    /// `manual`, `document`, `campaign`, `website`, `profile` ...
    package var source: String
    /// A file name, a URL; empty when there is none.
    package var sourceName: String

    package init(
        id: KnowledgeItemID, title: String, body: String, tags: [String] = [], source: String = "manual",
        sourceName: String = ""
    ) {
        self.id = id
        self.title = title
        self.body = body
        self.tags = tags
        self.source = source
        self.sourceName = sourceName
    }
}

/// Items that match a question, and how rare each of its words is.
package struct KnowledgeMatches: Sendable, Equatable {
    /// Best first.
    package var items: [Match]
    /// How many of the organization's items hold each term of the question, in the question's order.
    package var frequencies: [Int]
    /// Items the organization has.
    package var total: Int

    package struct Match: Sendable, Equatable {
        package var item: KnowledgeItem
        /// Positions of the question's terms that the item holds.
        package var terms: Set<Int>
        /// Those it holds in its title or tags.
        package var titleTerms: Set<Int>
        package var rank: Double

        package init(item: KnowledgeItem, terms: Set<Int>, titleTerms: Set<Int> = [], rank: Double) {
            self.item = item
            self.terms = terms
            self.titleTerms = titleTerms
            self.rank = rank
        }
    }

    /// Items that hold a term.
    package func count(of term: Int) -> Int {
        frequencies.indices.contains(term) ? frequencies[term] : 0
    }

    package init(items: [Match] = [], frequencies: [Int] = [], total: Int = 0) {
        self.items = items
        self.frequencies = frequencies
        self.total = total
    }
}
