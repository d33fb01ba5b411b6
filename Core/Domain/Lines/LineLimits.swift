/// How much a line may say. WhatsApp publishes no limits for linked devices; these stay well below what owners reported
/// before they were banned (15 to 20 first messages a day, 400 chats in two hours), and grow with the line's age.
package struct LineLimits: Sendable, Equatable {
    /// Messages of the whole line.
    package var perMinute: Int
    package var perHour: Int
    package var perDay: Int
    /// Chats that the business may begin in a day.
    package var startsPerDay: Int

    package init(perMinute: Int, perHour: Int, perDay: Int, startsPerDay: Int) {
        self.perMinute = perMinute
        self.perHour = perHour
        self.perDay = perDay
        self.startsPerDay = startsPerDay
    }

    /// Warm-up: what a line of so many days may do.
    package static func after(days: Int) -> LineLimits {
        steps.last { $0.fromDay <= days }?.limits ?? newborn
    }

    private static let newborn = LineLimits(perMinute: 8, perHour: 60, perDay: 200, startsPerDay: 1)
    private static let steps: [(fromDay: Int, limits: LineLimits)] = [
        (0, newborn),
        (1, LineLimits(perMinute: 10, perHour: 100, perDay: 400, startsPerDay: 2)),
        (3, LineLimits(perMinute: 12, perHour: 150, perDay: 800, startsPerDay: 3)),
        (7, LineLimits(perMinute: 15, perHour: 250, perDay: 1_500, startsPerDay: 5)),
        (14, LineLimits(perMinute: 20, perHour: 400, perDay: 3_000, startsPerDay: 8)),
        (30, LineLimits(perMinute: 25, perHour: 600, perDay: 5_000, startsPerDay: 10)),
    ]
}

/// How much one contact is told. Also what stops two machines that answer each other.
package struct ContactLimits: Sendable, Equatable {
    package var perMinute = 8
    package var perHour = 60
    package var perDay = 200
    /// Messages of machines in a row without an answer.
    package var unanswered = 12
    /// Messages to somebody who has never written.
    package var beforeFirstAnswer = 1

    package init() {}
}
