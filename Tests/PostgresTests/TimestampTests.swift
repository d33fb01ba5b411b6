import Foundation
import Postgres
import Testing

/// Times come from our own database, and from cursors that anybody may forge.
@Suite struct TimestampTests {
    @Test(arguments: [
        ("2026-11-21 01:02:03+00", 1_795_222_923.0), ("2026-11-21 01:02:03.5+00", 1_795_222_923.5),
        ("1970-01-01 00:00:00.25+00", 0.25), ("0001-01-01 00:00:00+00", -62_135_596_800),
        ("9999-12-31 23:59:59+00", 253_402_300_799),
    ])
    func aTimeIsRead(_ text: String, _ seconds: Double) {
        #expect(PostgresTimestamp.date(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(arguments: [
        "2026-11-21 01:02:03.1234567+00", "2026-11-21 01:02:03.99999999999999999999999999999+00",
        "2026-11-21 01:02:03.+00", "2026-11-21 01:02:03,5+00", "2026-11-21T01:02:03+00", "2026-11-21 01:02:03+01",
        "0000-01-01 00:00:00+00", "-001-01-01 00:00:00+00", "+026-11-21 01:02:03+00", "2026-13-21 01:02:03+00",
        "2026-00-21 01:02:03+00", "2026-11-32 01:02:03+00", "2026-11-21 24:02:03+00", "2026-11-21 01:60:03+00",
        "2026-11-21 01:02:60+00", "99999-11-21 01:02:03+00", "infinity", "-infinity", "", "+00",
        "2026-11-21 01:02:03.12345\u{661}+00", "٢٠٢٦-11-21 01:02:03+00",
    ])
    func anythingElseIsNone(_ text: String) {
        #expect(PostgresTimestamp.date(text) == nil)
    }

    @Test func everyDateHasAText() {
        for seconds in [
            0, -1, 1e9, -62_135_596_800, 253_402_300_799, 1e300, -1e300, Double.infinity, -Double.infinity, .nan,
            .greatestFiniteMagnitude, 9.3e12, -9.3e12,
        ] {
            let date = Date(timeIntervalSince1970: seconds)
            let text = PostgresTimestamp.text(date)
            if text.hasSuffix("infinity") {
                #expect(!(abs(seconds) <= 253_402_300_799))
            } else {
                #expect(PostgresTimestamp.date(text) == date, "\(text)")
            }
        }
    }
}
