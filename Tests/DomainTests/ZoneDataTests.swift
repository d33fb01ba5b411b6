import Testing

@testable import Domain

/// K20: old zone data is noticed, and what is no place is no time zone.
@Suite struct ZoneDataTests {
    private static let today = LocalDate("2026-11-26")
    private static let shown = ZoneDataRelease.known.map { Optional($0.shown) }

    @Test func releasesAreInTheirOrder() {
        #expect(ZoneDataRelease.known.count == 6)
        let pairs = zip(ZoneDataRelease.known, ZoneDataRelease.known.dropFirst())
        #expect(pairs.allSatisfy { $0.released < $1.released && $0.name < $1.name })
    }

    @Test func whoKnowsAllRulesIsCurrent() throws {
        let age = ZoneDataAge(shown: Self.shown, today: try #require(Self.today))
        #expect(age.release?.name == "2026f")
        #expect(age.days == 30)
        #expect(!age.isOld)
    }

    @Test(arguments: ZoneDataRelease.known.indices)
    func oneMissingReleaseIsNoticedWithItsZone(missing: Int) throws {
        var shown = Self.shown
        shown[missing] = "2026-12-01 00:00"
        let age = ZoneDataAge(shown: shown, today: try #require(Self.today))
        #expect(age.isOld)
        #expect(age.release?.name == (missing > 0 ? ZoneDataRelease.known[missing - 1].name : nil))
        #expect(age.wrongZones == [ZoneDataRelease.known[missing].zone])
        #expect(age.sentence.contains(ZoneDataRelease.known[missing].zone))
    }

    @Test func aYearWithoutNewsIsNoticed() throws {
        let age = ZoneDataAge(shown: Self.shown, today: try #require(LocalDate("2027-10-29")))
        #expect(age.isOld && age.wrongZones.isEmpty)
        #expect(age.sentence.contains("more than a year old"))
    }

    @Test(arguments: [
        "posixrules", "localtime", "Factory", "posix/Europe/Berlin", "right/Europe/Berlin", "SystemV/EST5",
    ])
    func whatIsNoPlaceIsNoTimeZone(name: String) {
        #expect(!TimeZoneName.mayBePlace(name))
    }

    @Test(arguments: ["Europe/Berlin", "UTC", "Etc/GMT+3", "America/Argentina/Buenos_Aires", "Right/Angle"])
    func otherNamesMayBe(name: String) {
        #expect(TimeZoneName.mayBePlace(name))
    }
}
