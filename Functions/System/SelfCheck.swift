import API
import Access
import Domain
import FoundationEssentials
import Postgres
import Store
import Web

/// One thing that the installation looked at, and whether somebody should act.
struct SelfCheck: Sendable {
    enum State: String, CaseIterable, Answerable {
        case fine, attention
    }

    /// A word for programs: `time_zone_data`.
    var name: String
    var state: State
    /// What was found and, where somebody should act, what to do.
    var sentence: String
    /// Of what was looked at; null where it has none, or an unknown one.
    var version: String?
    /// Since that version came out.
    var days: Int?

    static let answer = Answer<SelfCheck> {
        $0.field("name", \.name)
        $0.field("state", \.state)
        $0.field("sentence", \.sentence)
        $0.field("version", \.version, about: "Of what was looked at.")
        $0.field("age_days", \.days, about: "Days since that version came out.")
    }

    /// Wall clocks are worked out by the database server, wherever it is: its data is what counts.
    static func timeZoneData(in database: Database, at now: Date) async throws -> SelfCheck {
        let age = try await TimeZoneData.age(in: database, at: now)
        return SelfCheck(
            name: "time_zone_data", state: age.isOld ? .attention : .fine, sentence: age.sentence,
            version: age.release?.name, days: age.days)
    }
}
