import Domain
import Foundation
import Postgres

/// A business with a number of Twilio's that is always open: hours are something the built-in model can tell, so that it need
/// not call a person.
enum Bakery {
    static let line = "whatsapp:+14155238886"

    private static let alwaysOpen: String = {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        let windows = days.map { "\"\($0)\": [{\"from\": \"00:00\", \"to\": \"24:00\"}]" }
        return "{\"enabled\": true, \"week\": {\(windows.joined(separator: ", "))}}"
    }()

    /// As the database's owner.
    /// - Parameter line: whose number it is.
    static func rows(of organization: OrganizationID, line: String = line, at now: Date = Date()) -> [Query] {
        [
            """
            insert into parley.organizations (id, name, plan, message_limit, business_hours, created_at, updated_at)
            values (\(organization), 'Bakery', 'enterprise', 1000000, \(alwaysOpen), \(now), \(now))
            """,
            """
            insert into parley.channels (id, organization_id, kind, address, name, created_at, updated_at)
            values (\(UUID()), \(organization), 'whatsapp_twilio', \(line), 'Shop', \(now), \(now))
            """,
            "select parley.create_system_personas(\(organization))",
        ]
    }
}
