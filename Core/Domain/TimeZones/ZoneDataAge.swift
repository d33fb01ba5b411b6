/// How old the time zone data of an installation is, judged by what its clock shows.
package struct ZoneDataAge: Sendable, Equatable {
    /// The last release whose rules are known, and those of all before it; `nil` when the first of `ZoneDataRelease.known` is not.
    package let release: ZoneDataRelease?
    /// Whole days since the release was announced.
    package let days: Int?
    /// Zones whose clocks go wrong, one per release that is missing.
    package let wrongZones: [String]

    /// - Parameter shown: what Postgres answered for each of `releases`, in their order; `nil` for a zone it doesn't know.
    package init(shown: [String?], today: LocalDate, releases: [ZoneDataRelease] = ZoneDataRelease.known) {
        let isKnown = zip(releases, shown).map { $0.shown == $1 }
        let lead = isKnown.prefix { $0 }.count
        release = lead > 0 ? releases[lead - 1] : nil
        days = release.map { today.daysSince1970 - $0.released.daysSince1970 }
        wrongZones = zip(releases, isKnown).filter { !$0.1 }.map(\.0.zone)
    }

    /// Rules change a few times a year: a year without news means that nobody brings updates.
    package var isOld: Bool { !wrongZones.isEmpty || (days ?? .max) > 365 }

    package var sentence: String {
        if let zone = wrongZones.first {
            return
                "Clocks of some places are wrong, \(zone) among them: the database server's time zone data is older than "
                + "\(ZoneDataRelease.known.last?.name ?? "known"). Update its package tzdata and restart it."
        }
        if isOld {
            return
                "The newest rules of time zones that this version knows are more than a year old. Update Parley, and the "
                + "database server's package tzdata."
        }
        return "Clocks of all places follow the newest rules that this version knows."
    }
}
