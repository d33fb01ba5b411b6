extension Network {
    /// Plans a fault. One that ends connections and names neither a stanza nor a number of them to wait for strikes at once.
    func inject(_ fault: Fault) {
        let isDue = fault.kind.point == .stanza && fault.stanza == nil && fault.skip == 0 && !fault.afterwards
        guard isDue, let number = fault.account, let person = people[number] else { return faults.plan(fault) }
        let connections = person.linked.values.compactMap(\.connection)
        guard !connections.isEmpty else { return faults.plan(fault) }
        for connection in connections { _ = connection.strike(fault) }
    }
}
