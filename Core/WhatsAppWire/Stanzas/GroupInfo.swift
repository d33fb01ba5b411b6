/// A group and its members.
package struct GroupInfo: Sendable, Equatable {
    package struct Participant: Sendable, Equatable {
        package let jid: JID
        /// The member's other address.
        package let alternate: JID?
        package let isAdmin: Bool

        package init(jid: JID, alternate: JID? = nil, isAdmin: Bool = false) {
            self.jid = jid
            self.alternate = alternate
            self.isAdmin = isAdmin
        }

        package var pair: LIDPair? { LIDPair(jid, alternate) }

        init?(_ node: Node) {
            guard let jid = node.jid("jid") else { return nil }
            self.init(
                jid: jid, alternate: node.jid("phone_number") ?? node.jid("lid"),
                isAdmin: node["type"] == "admin" || node["type"] == "superadmin")
        }

        var node: Node {
            Node(
                "participant",
                [
                    "jid": .jid(jid), "phone_number": jid.isHiddenUser ? .optional(alternate) : nil,
                    "lid": jid.isHiddenUser ? nil : .optional(alternate), "type": isAdmin ? "admin" : nil,
                ])
        }
    }

    package static let maximumParticipants = 4096

    package let jid: JID
    package let subject: String
    /// `lid` or `pn`: how members are addressed, and what our messages say.
    package let addressingMode: String
    package let participants: [Participant]
    /// Only admins may write.
    package let isAnnouncement: Bool
    /// Seconds.
    package let expiration: UInt32?

    package init(
        jid: JID, subject: String, addressingMode: String, participants: [Participant],
        isAnnouncement: Bool = false, expiration: UInt32? = nil
    ) {
        self.jid = jid
        self.subject = subject
        self.addressingMode = addressingMode
        self.participants = participants
        self.isAnnouncement = isAnnouncement
        self.expiration = expiration
    }

    package static func query(_ group: JID, id: String) -> Node {
        IQ.get(id: id, xmlns: "w:g2", to: group, [Node("query", ["request": "interactive"])])
    }

    package init(_ reply: Node, asked: JID) throws(StanzaError) {
        guard let group = reply.child("group") else { throw StanzaError("iq.group") }
        let listed = group.children("participant")
        guard listed.count <= Self.maximumParticipants else { throw StanzaError("iq.group.participant") }
        jid = asked
        subject = group["subject"] ?? ""
        addressingMode = group["addressing_mode"] ?? "pn"
        participants = listed.compactMap(Participant.init)
        isAnnouncement = group.child("announcement") != nil
        expiration = group.child("ephemeral")?.integer("expiration")
    }

    package func reply(to iq: Node) -> Node {
        var children = participants.map(\.node)
        if isAnnouncement { children.append(Node("announcement")) }
        if let expiration { children.append(Node("ephemeral", ["expiration": .number(expiration)])) }
        return IQ.result(
            of: iq,
            [
                Node(
                    "group",
                    [
                        "id": .text(jid.user), "subject": .text(subject), "addressing_mode": .text(addressingMode),
                        "size": .number(participants.count),
                    ], children: children)
            ])
    }
}
