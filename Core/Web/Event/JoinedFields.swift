/// Names with their values in the order in which they first appear, repeats joined with a comma, as payload format 2.0 has headers and
/// the query. Names are found by their hash and values grow in place: strangers choose how many there are.
package struct JoinedFields: Sendable {
    package private(set) var all: [(key: String, value: String)] = []
    private var places: [String: Int] = [:]

    package init(capacity: Int) {
        all.reserveCapacity(capacity)
        places.reserveCapacity(capacity)
    }

    package mutating func add(_ key: String, _ value: String) {
        if let place = places[key] {
            all[place].value += "," + value
        } else {
            places[key] = all.count
            all.append((key, value))
        }
    }
}
