/// One numeric field of a cron expression: lists, ranges, steps, names.
struct CronField {
    let name: String
    let range: ClosedRange<Int>
    let names: [String: Int]

    static let months = numbered("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC")
    static let weekdays = numbered("SUN MON TUE WED THU FRI SAT")

    init(_ name: String, _ range: ClosedRange<Int>, names: [String: Int] = [:]) {
        self.name = name
        self.range = range
        self.names = names
    }

    /// `1,5-9,*/15,20/2`
    func values(_ text: String) throws(ScheduleProblem) -> Set<Int> {
        var values: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            values.formUnion(try self.part(String(part)))
        }
        return values
    }

    /// A number in range or a name.
    func value(_ text: String) throws(ScheduleProblem) -> Int {
        guard let value = names[text] ?? Int(text), range.contains(value) else {
            throw ScheduleProblem("\(name) \"\(text)\" is not within \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private func part(_ text: String) throws(ScheduleProblem) -> [Int] {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2 else { throw ScheduleProblem("\(name) \"\(text)\" has two steps") }
        guard halves.count == 2 else { return Array(try span(text, isStepped: false)) }
        guard let step = Int(halves[1]), step >= 1, step <= range.upperBound else {
            throw ScheduleProblem("\(name) \"\(text)\": the step is not within 1 to \(range.upperBound)")
        }
        let span = try span(halves[0], isStepped: true)
        return Array(stride(from: span.lowerBound, through: span.upperBound, by: step))
    }

    private func span(_ text: String, isStepped: Bool) throws(ScheduleProblem) -> ClosedRange<Int> {
        if text == "*" { return range }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard ends.count == 2 else {
            let start = try value(text)
            return start...(isStepped ? range.upperBound : start)
        }
        let lower = try value(ends[0])
        let upper = try value(ends[1])
        guard lower <= upper else { throw ScheduleProblem("\(name) \"\(text)\" runs backwards") }
        return lower...upper
    }

    private static func numbered(_ names: String) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: names.split(separator: " ").enumerated().map { (String($1), $0 + 1) })
    }
}
