package import Domain
package import FoundationEssentials
package import Postgres

/// Asks Postgres, which works out all wall clocks, how new its rules of time zones are.
package enum TimeZoneData {
    package static func age(in database: Database, at now: Date) async throws -> ZoneDataAge {
        let releases = ZoneDataRelease.known
        let rows = try await database.query(
            """
            select to_char(asked.instant at time zone 'UTC' at time zone asked.zone, 'YYYY-MM-DD HH24:MI') as shown,
                (\(now)::timestamptz at time zone 'UTC')::date::text as today
            from unnest(\(array: releases.map(\.instant))::timestamp[], \(array: releases.map(\.zone))::text[])
                with ordinality as asked (instant, zone, place)
            order by asked.place
            """)
        guard let day = try rows.first?["today"] as String?, let today = LocalDate(day) else {
            throw PostgresError.decoding("the day is no date")
        }
        return ZoneDataAge(shown: try rows.map { row in try row["shown"] as String? }, today: today)
    }
}
