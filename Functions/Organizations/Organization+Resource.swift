import API
import Access
import Domain
import Store

extension Organization {
    static let resource = Resource<Organization> {
        $0.read("id", \.id)
        $0.change("name", \.name, .text(1...200))
        $0.change("description", \.description, .text(0...4000))
        $0.change("industry", \.industry, .text(0...200))
        $0.change("website", \.website, .webAddress(0...500))
        $0.change(
            "country", \.country, .country,
            about: "ISO 3166-1; how local numbers are read, and in which languages a word ends messages.")
        $0.change("time_zone", \.timeZone, .text(1...100), about: "A name of the IANA database.")
        $0.read("plan", \.plan)
        $0.read("message_limit", \.messageLimit, about: "Messages a month; null: what the plan allows.")
        $0.change("business_hours", \.businessHours, .businessHours)
        $0.change("welcome_message", \.welcomeMessage, .text(0...4000))
        $0.change("away_message", \.awayMessage, .text(0...4000))
        $0.change("quota_message", \.quotaMessage, .text(0...4000))
        $0.change(
            "opt_out_words", \.optOutWords, .text(0...1000),
            about:
                "Between commas: further words that end messages to a customer who writes one of them and nothing else."
        )
        $0.change("auto_reply", \.autoReply, .boolean)
        $0.read("is_personal", \.isPersonal)
        $0.change("onboarding_completed", \.onboardingCompleted, .boolean)
        $0.read("created_at", \.createdAt)
        $0.read("updated_at", \.updatedAt)
    }
}

/// An organization with its usage and the caller's role.
struct OrganizationDetails: Sendable {
    var organization: Organization
    var overview: OrganizationOverview
    var role: Role

    static let answer = Answer<OrganizationDetails> {
        $0.include(Organization.resource.answer, \.organization)
        $0.include(OrganizationOverview.answer, \.overview)
        $0.field("role", \.role)
    }
}
