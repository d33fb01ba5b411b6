import Testing

@testable import LocalRunner

/// Expected slots were worked out by hand from the field rules of EventBridge's cron reference; 2026-11-01 is a Sunday.
@Suite struct CronTests {
    struct Case: Sendable, CustomStringConvertible {
        let expression: String
        /// `after` and the expected next slots, `yyyy-mm-ddThh:mm`.
        let after: String
        let slots: [String]
        var description: String { expression }
    }

    static let cases = [
        Case(expression: "0 0 1 * ? *", after: "2026-11-21T01:00", slots: ["2026-12-01T00:00", "2027-01-01T00:00"]),
        Case(
            expression: "*/15 8-9 ? * MON-FRI *", after: "2026-11-20T09:31",
            slots: ["2026-11-20T09:45", "2026-11-23T08:00", "2026-11-23T08:15"]),
        Case(
            expression: "5/20 12 * * ? *", after: "2026-11-21T12:05", slots: ["2026-11-21T12:25", "2026-11-21T12:45"]),
        Case(expression: "0 10 ? * 2#1 *", after: "2026-11-01T00:00", slots: ["2026-11-02T10:00", "2026-12-07T10:00"]),
        Case(expression: "0 10 ? * FRI#5 *", after: "2026-11-01T00:00", slots: ["2027-01-29T10:00"]),
        Case(expression: "30 23 L * ? *", after: "2028-02-01T00:00", slots: ["2028-02-29T23:30", "2028-03-31T23:30"]),
        Case(expression: "0 0 L-2 FEB ? *", after: "2027-01-01T00:00", slots: ["2027-02-26T00:00"]),
        Case(expression: "0 8 1W * ? *", after: "2026-07-15T00:00", slots: ["2026-08-03T08:00", "2026-09-01T08:00"]),
        Case(expression: "0 8 15W * ? *", after: "2026-11-01T00:00", slots: ["2026-11-16T08:00"]),
        Case(expression: "0 8 15W 8 ? *", after: "2026-08-01T00:00", slots: ["2026-08-14T08:00"]),
        Case(expression: "0 8 31W * ? *", after: "2027-01-01T00:00", slots: ["2027-01-29T08:00", "2027-03-31T08:00"]),
        Case(expression: "0 8 LW * ? *", after: "2026-05-01T00:00", slots: ["2026-05-29T08:00", "2026-06-30T08:00"]),
        Case(expression: "15 6 ? * 6L *", after: "2026-11-01T00:00", slots: ["2026-11-27T06:15", "2026-12-25T06:15"]),
        Case(expression: "15 6 ? * L *", after: "2026-11-18T00:00", slots: ["2026-11-21T06:15", "2026-11-28T06:15"]),
        Case(expression: "0 0 29 2 ? *", after: "2026-01-01T00:00", slots: ["2028-02-29T00:00"]),
        Case(
            expression: "0 12 1,15 JAN,jul ? 2027-2028", after: "2027-07-01T12:00",
            slots: ["2027-07-15T12:00", "2028-01-01T12:00"]),
        Case(expression: "59 23 31 12 ? 2026", after: "2026-01-01T00:00", slots: ["2026-12-31T23:59"]),
    ]

    @Test(arguments: cases) func fires(_ example: Case) throws {
        let cron = try ScheduleExpression("cron(\(example.expression))")
        let after = try seconds(example.after)
        let expected = try example.slots.map(seconds)
        let last = try #require(expected.last)
        #expect(cron.slots(after: after, through: last, limit: 100) == expected)
        #expect(cron.slots(after: after, through: last - 1, limit: 100) == expected.dropLast())
    }

    @Test func onlyTheLatestSlotsAreMadeUpFor() throws {
        let cron = try ScheduleExpression("cron(* * * * ? *)")
        #expect(cron.slots(after: 0, through: 600, limit: 3) == [480, 540, 600])
    }

    @Test func yearsThatArePastFireNothing() throws {
        let cron = try ScheduleExpression("cron(0 0 1 1 ? 2020)")
        #expect(cron.slots(after: 1_600_000_000, through: 1_800_000_000, limit: 9) == [])
    }

    @Test(arguments: [
        "cron(0 0 1 * *)", "cron(0 0 * * * *)", "cron(0 0 ? * ? *)", "cron(60 0 1 * ? *)", "cron(0 24 1 * ? *)",
        "cron(0 0 0 * ? *)", "cron(0 0 32 * ? *)", "cron(0 0 1 13 ? *)", "cron(0 0 ? * 8 *)", "cron(0 0 ? * MON#6 *)",
        "cron(0 0 1 FOO ? *)", "cron(5-1 0 1 * ? *)", "cron(*/0 0 1 * ? *)", "cron(1,,2 0 1 * ? *)",
        "cron(0 0 40W * ? *)",
        "cron(0 0 1 * ? 1969)", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(5 seconds)",
        "rate(-1 days)",
        "rate()", "every(1 minute)", "rate(1 minute", "",
    ])
    func refuses(_ text: String) {
        #expect(throws: ScheduleProblem.self) { try ScheduleExpression(text) }
    }

    @Test func ratesLieAtMultiplesAndCoalesce() throws {
        let rate = try ScheduleExpression("rate(5 minutes)")
        #expect(rate == .rate(300))
        #expect(rate.slots(after: 300, through: 599, limit: 9) == [])
        #expect(rate.slots(after: 300, through: 600, limit: 9) == [600])
        #expect(rate.slots(after: 300, through: 86_400, limit: 9) == [86_400])
        #expect(try ScheduleExpression("rate(1 hour)") == .rate(3600))
        #expect(try ScheduleExpression("rate(2 days)") == .rate(172_800))
    }

    @Test func daysAndDatesAgree() {
        for (number, year, month, day, weekday) in [
            (0, 1970, 1, 1, 5), (59, 1970, 3, 1, 1), (11_016, 2000, 2, 29, 3), (20_778, 2026, 11, 21, 7),
            (47_540, 2100, 2, 28, 1), (47_541, 2100, 3, 1, 2),
        ] {
            let civil = CivilDay(number: number)
            #expect(
                [civil.year, civil.month, civil.day, civil.weekday] == [year, month, day, weekday], "day \(number)")
        }
    }

    /// Seconds of `2026-11-21T01:00`, found by search so that the calendar under test isn't its own judge's calendar.
    private func seconds(_ text: String) throws -> Int {
        let parts = text.split { "-T:".contains($0) }.compactMap { Int($0) }
        try #require(parts.count == 5)
        let days = (0..<100_000).first { number in
            let civil = CivilDay(number: number)
            return civil.year == parts[0] && civil.month == parts[1] && civil.day == parts[2]
        }
        return try #require(days) * 86_400 + parts[3] * 3600 + parts[4] * 60
    }
}
