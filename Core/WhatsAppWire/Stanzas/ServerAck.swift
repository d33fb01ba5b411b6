/// `<ack class="message">`: what the server says to a message of ours.
package struct ServerAck: Sendable, Equatable {
    package enum Meaning: Sendable, Equatable {
        case accepted
        /// Our device list is stale: fetch it again and send to the missing devices only, once.
        case staleDevices
        /// The contact never wrote to us, or the account is restricted. Do not repeat.
        case noPrivacyToken
        /// The stanza is wrong or addresses devices that are gone: fetch the device list; never loop.
        case invalid
        case rateLimited
        case refused(Int)
    }

    package let id: String
    package let from: JID?
    package let timestamp: Int64?
    package let error: Int?
    package let deviceHash: String?

    package init?(_ node: Node) {
        guard node.tag == "ack", node["class"] == "message", let id = node["id"] else { return nil }
        self.id = id
        from = node.jid("from")
        timestamp = node.integer("t")
        error = node.integer("error")
        deviceHash = node["phash"]
    }

    /// - Parameter sentHash: of the devices we addressed, ours included.
    package func meaning(sentHash: String?) -> Meaning {
        switch error {
        case nil: deviceHash == nil || deviceHash == sentHash ? .accepted : .staleDevices
        case 463: .noPrivacyToken
        case 479: .invalid
        case 429: .rateLimited
        case let code?: .refused(code)
        }
    }
}
