import Access
import Domain
import Store
import Web

/// The body of POST and PATCH. A field that is absent (or null) stays as it is.
struct OrganizationForm: Decodable {
    var name: String?
    var description: String?
    var industry: String?
    var website: String?
    var country: String?
    var timeZone: String?
    var businessHours: HoursField?
    var welcomeMessage: String?
    var awayMessage: String?
    var quotaMessage: String?
    var autoReply: Bool?
    var onboardingCompleted: Bool?

    private enum CodingKeys: String, CodingKey {
        case name, description, industry, website, country
        case timeZone = "time_zone"
        case businessHours = "business_hours"
        case welcomeMessage = "welcome_message"
        case awayMessage = "away_message"
        case quotaMessage = "quota_message"
        case autoReply = "auto_reply"
        case onboardingCompleted = "onboarding_completed"
    }

    /// Every field checked; the time zone's name is checked by the database, which knows them.
    static func change(in request: Request) throws -> OrganizationChange {
        let form = try request.decode(OrganizationForm.self, limit: 64 << 10)
        var change = OrganizationChange()
        change.name = try form.name.map { try checkedText($0, field: "name", 1...200) }
        change.description = try form.description.map { try checkedText($0, field: "description", 0...4000) }
        change.industry = try form.industry.map { try checkedText($0, field: "industry", 0...200) }
        change.website = try form.website.map(checkedWebsite)
        change.country = try form.country.map(checkedCountry)
        change.timeZone = try form.timeZone.map { try checkedText($0, field: "time_zone", 1...100) }
        change.businessHours = try JSONValue(parsing: request.body)["business_hours"].flatMap(HoursField.checked)
        change.welcomeMessage = try form.welcomeMessage.map { try checkedText($0, field: "welcome_message", 0...4000) }
        change.awayMessage = try form.awayMessage.map { try checkedText($0, field: "away_message", 0...4000) }
        change.quotaMessage = try form.quotaMessage.map { try checkedText($0, field: "quota_message", 0...4000) }
        change.autoReply = form.autoReply
        change.onboardingCompleted = form.onboardingCompleted
        return change
    }

    private static func checkedWebsite(_ text: String) throws -> String {
        let text = try checkedText(text, field: "website", 0...500)
        let plain = text.lowercased()
        guard text.isEmpty || plain.hasPrefix("https://") || plain.hasPrefix("http://"),
            !text.contains(where: \.isWhitespace)
        else { throw Fault.invalid("website", "Write a whole address, like https://example.com.") }
        return text
    }

    private static func checkedCountry(_ text: String) throws -> String {
        guard text.utf8.count == 2, text.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw Fault.invalid("country", "A country is two capital letters (ISO 3166-1), like US.")
        }
        return text
    }
}
