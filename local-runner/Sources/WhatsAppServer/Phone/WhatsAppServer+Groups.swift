import WhatsAppWire

extension WhatsAppServer {
    /// - Parameters:
    ///   - numbers: of the members, lines among them.
    ///   - namesHiddenUsers: members are addressed by LID, otherwise by phone number.
    /// - Returns: the group's JID.
    package func makeGroup(_ subject: String, members numbers: [String], namesHiddenUsers: Bool = true) throws -> String
    {
        guard (1...1024).contains(numbers.count) else { throw ActionError("a group has 1 to 1,024 members") }
        let members = numbers.map { network.person($0) }
        let jid = JID(user: "1203630\(10_000_000_000 + network.groups.count)", server: .group)
        let group = Group(jid: jid, subject: subject, namesHiddenUsers: namesHiddenUsers, members: members)
        group.admins = Set(numbers.prefix(1))
        network.groups[jid] = group
        network.tell(
            group, [Node("create", children: [group.info.reply(to: Node("iq")).child("group") ?? Node("group")])])
        return jid.description
    }

    package func add(_ number: String, toGroup text: String) throws {
        let group = try group(text)
        let person = network.person(number)
        group.add(person)
        network.tell(group, [Node("add", children: [network.node(of: person, in: group)])])
    }

    /// Whoever stays must not be read by whoever went: simulated members change their keys.
    package func remove(_ number: String, fromGroup text: String) throws {
        let group = try group(text)
        let person = network.person(number)
        let node = network.node(of: person, in: group)
        network.tell(group, [Node("remove", children: [node])])
        group.remove(person)
        for member in group.members {
            for device in member.simulated.values { device.forgetSenderKey(group.jid) }
        }
    }

    package func rename(group text: String, to subject: String) throws {
        let group = try group(text)
        group.subject = subject
        network.tell(group, [Node("subject", ["subject": .text(subject)])])
    }

    private func group(_ text: String) throws -> Group {
        guard let jid = JID(text), let group = network.groups[jid] else {
            throw ActionError("there is no group \(text)")
        }
        return group
    }
}

extension Network {
    func node(of person: Person, in group: Group) -> Node {
        let alternate = group.namesHiddenUsers ? "phone_number" : "lid"
        return Node(
            "participant", ["jid": .jid(group.name(of: person)), alternate: .jid(group.alternateName(of: person))])
    }

    /// Lines that are members learn of a change.
    func tell(_ group: Group, _ change: [Node]) {
        let author = group.members.first.map { group.name(of: $0) }
        for device in group.members.flatMap({ $0.linked.values }) {
            notify(device, type: "w:gp2", from: group.jid, change, extra: ["participant": .optional(author)])
        }
    }

    /// Lines that share a chat with a person: everybody here who has a client.
    func tellLines(about person: Person, type: String, _ change: [Node]) {
        for device in people.values.flatMap({ $0.linked.values }) {
            notify(device, type: type, from: person.jid, change)
        }
    }
}
