import API
import Domain

extension BusinessProfile.Change {
    static let form = Form(BusinessProfile.Change()) {
        $0.optional("name", \.name, .text(1...200))
        $0.optional("description", \.description, .text(0...4000))
        $0.optional("industry", \.industry, .text(0...200))
        $0.optional("website", \.website, .text(0...500))
        $0.optional("owner_name", \.ownerName, .text(0...200))
        $0.optional("phone_number", \.phoneNumber, .text(0...50))
        $0.optional("goals", \.goals, .text(0...4000))
        $0.optional("target_audience", \.targetAudience, .text(0...4000))
        $0.optional("products", \.products, .list(of: .object(BusinessProfile.Product.form), 0...200))
    }
}

extension BusinessProfile.Product {
    fileprivate static let form = Form(BusinessProfile.Product(name: "")) {
        $0.required("name", \.name, .text(1...300))
        $0.optional("price", \.price, .text(0...200), about: "As the business writes it: 99 USD a month.")
        $0.optional("features", \.features, .list(of: .text(0...500), 0...50))
        $0.optional("target_platform", \.targetPlatform, .text(0...50))
    }

    fileprivate static let answer = Answer<BusinessProfile.Product> {
        $0.field("name", \.name)
        $0.field("price", \.price)
        $0.field("features", \.features)
        $0.field("target_platform", \.targetPlatform)
    }
}

extension BusinessProfile {
    static let answer = Answer<BusinessProfile> {
        $0.field("name", \.name)
        $0.field("description", \.description)
        $0.field("industry", \.industry)
        $0.field("website", \.website)
        $0.field("owner_name", \.ownerName)
        $0.field("phone_number", \.phoneNumber)
        $0.field("goals", \.goals)
        $0.field("target_audience", \.targetAudience)
        $0.field("products", \.products, each: Product.answer)
    }
}
