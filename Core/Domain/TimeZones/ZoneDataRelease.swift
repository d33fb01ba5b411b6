/// A release of the IANA time zone database, and how to tell from outside whether a clock knows it: what the wall clock of one
/// place says at one instant by its rules, and said otherwise by those before.
///
/// Postgres can't name the release it works with; what it answers can.
package struct ZoneDataRelease: Sendable, Equatable {
    /// `2026f`.
    package let name: String
    /// The day the release was announced (its file NEWS).
    package let released: LocalDate
    /// A zone whose rules the release changed.
    package let zone: String
    /// UTC, `2026-11-01 12:00`.
    package let instant: String
    /// What the clock shows there at that instant: `2026-11-01 08:00`.
    package let shown: String

    private init?(_ name: String, _ released: String, _ zone: String, _ instant: String, _ shown: String) {
        guard let day = LocalDate(released) else { return nil }
        self.name = name
        self.released = day
        self.zone = zone
        self.instant = instant
        self.shown = shown
    }

    /// Those releases since 2024 that changed what a clock shows, oldest first; compared with the database's own files by
    /// `TimeZoneDataTests`. `infra/bootstrap` asks for the last.
    package static let known: [ZoneDataRelease] = [
        ZoneDataRelease("2025a", "2025-01-15", "America/Asuncion", "2025-06-01 12:00", "2025-06-01 09:00"),
        ZoneDataRelease("2026b", "2026-04-22", "America/Vancouver", "2026-12-01 12:00", "2026-12-01 05:00"),
        ZoneDataRelease("2026c", "2026-07-08", "America/Edmonton", "2026-12-01 12:00", "2026-12-01 06:00"),
        ZoneDataRelease("2026d", "2026-09-11", "America/Inuvik", "2026-12-01 12:00", "2026-12-01 06:00"),
        ZoneDataRelease("2026e", "2026-09-29", "America/Winnipeg", "2026-12-01 12:00", "2026-12-01 07:00"),
        ZoneDataRelease("2026f", "2026-10-27", "America/Havana", "2026-12-01 12:00", "2026-12-01 08:00"),
    ].compactMap(\.self)
}
