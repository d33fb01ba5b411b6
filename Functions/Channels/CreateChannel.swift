import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let createChannel = Endpoint(
        .post, "/api/v1/channels", also: formerRoutes("POST"),
        "A new line over WhatsApp Web; the session worker shows its code.",
        for: .member(.admin), takes: .body(NewChannel.form),
        answers: .created(ChannelView.answer) { "/api/v1/channels/\($0.id.text)" },
        faults: [DocumentedFault(409, "plan-limit", "The plan has room for no further line.")], repeats: .once,
        limits: .connecting,
        example: ["name": "Sales Line", "description": "The shop's counter", "pairing": "qr"]
    ) { call, new in
        var line = new.line(ChannelID(call.subject))
        if let phone = new.phone { line.pairingPhone = try await call.phoneNumber(phone).digits }
        return try await call.channels.create(line, of: call.organization, limit: \.lineLimit, at: call.now)
    }
}

private struct NewChannel: Sendable {
    var name = ""
    var description = ""
    var persona: PersonaID?
    var autoReply = true
    var answersGroups = false
    var isReplyOnly = true
    var pairing = "qr"
    var phone: String?

    static let form = Form(NewChannel()) {
        $0.required("name", \.name, .text(1...255))
        $0.optional("description", \.description, .text(0...1000))
        $0.optional("persona_id", \.persona, .id(of: "persona"))
        $0.optional("auto_reply", \.autoReply, .boolean, about: "True when absent.")
        $0.optional("answers_groups", \.answersGroups, .boolean, about: "False when absent.")
        $0.optional("reply_only", \.isReplyOnly, .boolean, about: "True when absent: writes to nobody first.")
        $0.optional("pairing", \.pairing, .choice("qr", "code"), about: "qr when absent; code needs phone.")
        $0.optional("phone", \.phone, .text(1...40), about: "The phone that will type the code.")
        $0.rule { new throws(Fault) in
            if new.pairing == "qr", new.phone != nil {
                throw .invalid("phone", "Only the pairing \"code\" takes a phone.")
            }
            if new.pairing == "code", new.phone == nil {
                throw .invalid("phone", "Which phone will type the code?")
            }
        }
    }

    func line(_ id: ChannelID) -> NewLine {
        var line = NewLine(id: id, name: name)
        line.description = description
        line.persona = persona
        line.autoReply = autoReply
        line.answersGroups = answersGroups
        line.isReplyOnly = isReplyOnly
        return line
    }
}

extension Call where Caller == Member {
    /// A phone's number as a person writes it, in the organization's country.
    func phoneNumber(_ text: String) async throws -> PhoneNumber {
        let organization = try await api.organizations.read(organization).found("organization")
        do {
            return try PhoneNumber(text, country: organization.country)
        } catch {
            throw Fault.invalid("phone", error.description)
        }
    }
}
