import DequeModule
import WhatsAppWire

/// The stanzas for one device, oldest first. Each stays until the device has answered it, and comes again at the next login.
struct StanzaQueue: Sendable {
    private let limit: Int
    private var entries: Deque<Node> = []
    /// Those before it were sent on the present connection.
    private var cursor = 0
    /// Of the unsent ones, those that came while the device was away.
    private(set) var offlineLeft = 0

    init(limit: Int) {
        self.limit = limit
    }

    var count: Int { entries.count }
    var unsent: Int { entries.count - cursor }
    var nodes: [Node] { Array(entries) }
    var nextTag: String? { cursor < entries.count ? entries[cursor].tag : nil }

    mutating func append(_ node: Node) {
        entries.append(node)
        guard entries.count > limit else { return }
        entries.removeFirst()
        cursor = max(0, cursor - 1)
    }

    /// A new connection: everything is to be sent again.
    /// - Returns: how many stanzas of each tag are waiting.
    mutating func rewind() -> [String: Int] {
        cursor = 0
        offlineLeft = entries.count
        return entries.reduce(into: [:]) { $0[$1.tag, default: 0] += 1 }
    }

    /// The next stanza for the connection.
    mutating func next() -> Node? {
        guard cursor < entries.count else { return nil }
        defer { cursor += 1 }
        var node = entries[cursor]
        if offlineLeft > 0 {
            offlineLeft -= 1
            node.attributes["offline"] = "0"
        }
        return node
    }

    /// Exchanges the next two, as a server does that promises no order.
    mutating func swapNextTwo() -> Bool {
        guard unsent >= 2 else { return false }
        entries.swapAt(cursor, cursor + 1)
        return true
    }

    /// Removes what the device's stanza answers.
    /// - Returns: the answered stanza; nil when nothing waits for such an answer.
    mutating func answered(by answer: Node) -> Node? {
        guard let id = answer["id"], let to = answer.jid("to") else { return nil }
        let tag = answer.tag == "ack" ? answer["class"] ?? "" : "message"
        let participant = answer.jid("participant")
        func isAbout(_ node: Node) -> Bool { node.tag == tag && node["id"] == id }
        func isExact(_ node: Node) -> Bool {
            isAbout(node) && node.jid("from") == to && node.jid("participant") == participant
                && (answer.tag != "ack" || node["type"] == answer["type"])
        }
        // Clients differ in whether they repeat the type and the device.
        func isClose(_ node: Node) -> Bool {
            isAbout(node) && node.jid("from")?.withoutDevice == to.withoutDevice
                && node.jid("participant")?.withoutDevice == participant?.withoutDevice
        }
        guard
            let index = entries.firstIndex(where: { isExact($0) })
                ?? entries.firstIndex(where: { isClose($0) })
        else { return nil }
        if index < cursor { cursor -= 1 }
        return entries.remove(at: index)
    }
}
