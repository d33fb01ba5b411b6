/// Names with their values in the order in which they first appear, repeats joined with a comma. Names are found by their hash: a
/// client chooses how many there are, and everybody waits for this thread.
struct JoinedFields {
    private(set) var all: [(key: String, value: String)] = []
    private var places: [String: Int] = [:]

    init(capacity: Int) {
        all.reserveCapacity(capacity)
        places.reserveCapacity(capacity)
    }

    mutating func add(_ key: String, _ value: String) {
        if let place = places[key] {
            all[place].value += "," + value
        } else {
            places[key] = all.count
            all.append((key, value))
        }
    }
}
