import FoundationEssentials
import Glibc

/// What outlives the sandbox's process.
private struct Memory: Codable {
    struct Conversation: Codable {
        var customer: String
        var business: String
        var lastInbound: Date?
        var isOptedOut: Bool
    }

    var numbers: [OwnedNumber]
    var customers: [String: Customer]
    var conversations: [Conversation]
}

extension SimulatedTwilio {
    /// Reads what an earlier sandbox kept. An absent file is a first start; an unreadable one is an error the person must see.
    func recall() throws {
        guard let path = configuration.stateFile, let data = FileManager.default.contents(atPath: path) else { return }
        let memory = try JSONDecoder().decode(Memory.self, from: data)
        for number in memory.numbers { numbers[number.phoneNumber] = number }
        customers = memory.customers
        for item in memory.conversations {
            guard let customer = Address(item.customer), let business = Address(item.business) else { continue }
            let pair = Pair(customer: customer, business: business)
            lastInbound[pair] = item.lastInbound
            if item.isOptedOut { optedOut.insert(pair) }
        }
    }

    /// Best effort: the sandbox goes on without its file, and forgets numbers when it stops.
    func save() {
        guard let path = configuration.stateFile else { return }
        let pairs = Set(lastInbound.keys).union(optedOut)
        let memory = Memory(
            numbers: Array(numbers.values), customers: customers,
            conversations: pairs.map {
                Memory.Conversation(
                    customer: $0.customer.description, business: $0.business.description, lastInbound: lastInbound[$0],
                    isOptedOut: optedOut.contains($0))
            })
        guard let data = try? JSONEncoder().encode(memory) else { return }
        try? data.write(to: URL(filePath: path), options: .atomic)
        chmod(path, 0o600)
    }
}
