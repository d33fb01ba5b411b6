/// The faults that are planned and not yet spent, oldest first.
struct FaultQueue: Sendable {
    /// More than this is a loop in somebody's test.
    static let capacity = 1_000

    private(set) var planned: [Fault] = []

    mutating func plan(_ fault: Fault) {
        planned.append(fault)
        if planned.count > Self.capacity { planned.removeFirst() }
    }

    mutating func clear() { planned = [] }

    /// Spends the oldest fault that strikes here once, if its turn has come.
    /// - Parameter stanza: its name (`Fault.stanza`); nil where faults are not about stanzas.
    mutating func take(
        _ point: Fault.Point, account: String?, stanza: String?, direction: Fault.Direction = .received,
        afterwards: Bool = false
    ) -> Fault? {
        let found = planned.firstIndex { fault in
            fault.kind.point == point && (fault.account == nil || fault.account == account)
                && fits(fault.stanza, stanza)
                && (point != .stanza || (fault.direction == direction && fault.afterwards == afterwards))
        }
        guard let index = found else { return nil }
        guard planned[index].skip == 0 else {
            planned[index].skip -= 1
            return nil
        }
        let fault = planned[index]
        planned[index].count -= 1
        if planned[index].count <= 0 { planned.remove(at: index) }
        return fault
    }

    private func fits(_ wanted: String?, _ stanza: String?) -> Bool {
        guard let wanted, let stanza else { return true }
        return stanza == wanted || stanza.hasPrefix(wanted + ":")
    }
}
