extension BusinessProfile {
    /// What a business changes of its profile; `nil` leaves a part as it is.
    package struct Change: Sendable, Equatable {
        package var name: String?
        package var description: String?
        package var industry: String?
        package var website: String?
        package var ownerName: String?
        package var phoneNumber: String?
        package var goals: String?
        package var targetAudience: String?
        package var products: [Product]?

        package init() {}
    }

    package func changed(by change: Change) -> BusinessProfile {
        BusinessProfile(
            name: change.name ?? name, description: change.description ?? description,
            industry: change.industry ?? industry, website: change.website ?? website,
            ownerName: change.ownerName ?? ownerName, phoneNumber: change.phoneNumber ?? phoneNumber,
            goals: change.goals ?? goals, targetAudience: change.targetAudience ?? targetAudience,
            products: change.products ?? products)
    }
}
