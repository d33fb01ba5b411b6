import WhatsAppWire

/// A group and its members.
@ServerLoop
final class Group {
    let jid: JID
    var subject: String
    /// Members are named by their LID, otherwise by their phone number.
    var namesHiddenUsers: Bool
    private(set) var members: [Person]
    var admins: Set<String> = []

    init(jid: JID, subject: String, namesHiddenUsers: Bool, members: [Person]) {
        self.jid = jid
        self.subject = subject
        self.namesHiddenUsers = namesHiddenUsers
        self.members = members
    }

    func name(of person: Person) -> JID { namesHiddenUsers ? person.hiddenJID : person.phoneNumberJID }
    func alternateName(of person: Person) -> JID { namesHiddenUsers ? person.phoneNumberJID : person.hiddenJID }
    func has(_ person: Person) -> Bool { members.contains { $0 === person } }

    func add(_ person: Person) {
        if !has(person) { members.append(person) }
    }

    func remove(_ person: Person) {
        members.removeAll { $0 === person }
    }

    func participant(_ person: Person) -> GroupInfo.Participant {
        GroupInfo.Participant(
            jid: name(of: person), alternate: alternateName(of: person), isAdmin: admins.contains(person.number))
    }

    var info: GroupInfo {
        GroupInfo(
            jid: jid, subject: subject, addressingMode: namesHiddenUsers ? "lid" : "pn",
            participants: members.map(participant))
    }
}
