/// Where the simulated numbers come from: ranges that regulators keep free for fiction where there is one, so that a
/// sandbox number never belongs to somebody.
struct NumberPlan: Sendable {
    let country: String
    /// Calling code with its plus sign.
    let code: String
    /// Area code (or mobile prefix), region and town, first the default.
    let areas: [(code: String, region: String, locality: String)]
    /// Digits between area code and the running digits.
    let exchange: String
    /// How many running digits follow.
    let digits: Int
    /// Twilio's word for whose address a buyer must give.
    var addressRequirements = "none"
    /// A regulatory bundle too.
    var needsBundle = false

    static let all: [NumberPlan] = [
        NumberPlan(
            country: "US", code: "+1",
            areas: [
                ("415", "CA", "San Francisco"), ("212", "NY", "New York"), ("312", "IL", "Chicago"),
                ("617", "MA", "Boston"), ("206", "WA", "Seattle"), ("512", "TX", "Austin"), ("305", "FL", "Miami"),
            ], exchange: "555", digits: 4),
        NumberPlan(
            country: "CA", code: "+1", areas: [("416", "ON", "Toronto"), ("604", "BC", "Vancouver")], exchange: "555",
            digits: 4),
        NumberPlan(
            country: "GB", code: "+44", areas: [("7700", "", ""), ("20", "", "London")], exchange: "900", digits: 3),
        NumberPlan(country: "AU", code: "+61", areas: [("491", "", "")], exchange: "570", digits: 3),
        NumberPlan(
            country: "BR", code: "+55", areas: [("11", "SP", "Sao Paulo"), ("21", "RJ", "Rio de Janeiro")],
            exchange: "95550", digits: 4),
        NumberPlan(
            country: "DE", code: "+49", areas: [("30", "", "Berlin"), ("89", "", "Munich")], exchange: "23125",
            digits: 3, addressRequirements: "local", needsBundle: true),
        NumberPlan(
            country: "ES", code: "+34", areas: [("91", "", "Madrid")], exchange: "9999", digits: 3,
            addressRequirements: "any"),
        NumberPlan(
            country: "FR", code: "+33", areas: [("6", "", ""), ("1", "", "Paris")], exchange: "3998", digits: 4),
        NumberPlan(country: "IE", code: "+353", areas: [("20", "", "")], exchange: "91", digits: 5),
        NumberPlan(country: "IL", code: "+972", areas: [("55", "", "")], exchange: "555", digits: 4),
        NumberPlan(country: "IN", code: "+91", areas: [("80", "KA", "Bengaluru")], exchange: "5550", digits: 4),
        NumberPlan(country: "IT", code: "+39", areas: [("06", "", "Roma")], exchange: "5550", digits: 4),
        NumberPlan(country: "MX", code: "+52", areas: [("55", "", "Ciudad de Mexico")], exchange: "5550", digits: 4),
        NumberPlan(country: "NL", code: "+31", areas: [("20", "", "Amsterdam")], exchange: "5550", digits: 3),
        NumberPlan(country: "ZA", code: "+27", areas: [("21", "", "Cape Town")], exchange: "555", digits: 4),
    ]

    struct Candidate: Sendable {
        let number: String
        let region: String
        let locality: String
    }

    /// Candidates in a fixed order: every search sees the same shelf, minus what was bought.
    func candidates(areaCode: String?) -> [Candidate] {
        let chosen = areas.filter { areaCode == nil || $0.code == areaCode }
        let unknown = areaCode.map { [(code: $0, region: "", locality: "")] } ?? []
        let count = digits >= 4 ? 200 : 100
        return (chosen.isEmpty ? unknown : chosen).flatMap { area in
            (0..<count).map { index in
                let running = String(country == "US" || country == "CA" ? 100 + index % 100 : index * 7 % 1_000)
                let padded = String(repeating: "0", count: max(0, digits - running.count)) + running
                return Candidate(
                    number: code + area.code + exchange + padded, region: area.region, locality: area.locality)
            }.prefix(100)
        }
    }

    /// `+1 (415) 555-0100` in the countries that write so, else the number itself.
    func friendlyName(_ number: String) -> String {
        guard code == "+1", number.count == 12 else { return number }
        let digits = number.dropFirst(2)
        return "(\(digits.prefix(3))) \(digits.dropFirst(3).prefix(3))-\(digits.suffix(4))"
    }

    /// Twilio's pattern: digits, `*` for any one digit, found anywhere.
    static func matches(_ number: String, pattern: String?) -> Bool {
        guard let pattern, !pattern.isEmpty else { return true }
        let wanted = Array(pattern.filter { $0.isNumber || $0 == "*" })
        let digits = Array(number.dropFirst())
        guard wanted.count <= digits.count else { return false }
        return (0...(digits.count - wanted.count)).contains { start in
            wanted.indices.allSatisfy { wanted[$0] == "*" || wanted[$0] == digits[start + $0] }
        }
    }
}
