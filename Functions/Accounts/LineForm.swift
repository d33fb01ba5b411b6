import Access
import Domain
import Store
import Web

/// The body of POST.
struct LineForm: Decodable {
    var name: String
    var description: String?
    var personaID: String?
    var autoReply: Bool?
    var answersGroups: Bool?
    var replyOnly: Bool?
    /// `qr` (default) or `code`, which needs `phone`.
    var pairing: String?
    var phone: String?

    private enum CodingKeys: String, CodingKey {
        case name, description, pairing, phone
        case personaID = "persona_id"
        case autoReply = "auto_reply"
        case answersGroups = "answers_groups"
        case replyOnly = "reply_only"
    }

    func newLine(_ id: ChannelID, country: String) throws -> NewLine {
        var line = NewLine(id: id, name: try checkedText(name, field: "name", 1...255))
        line.description = try checkedText(description ?? "", field: "description", 0...1000)
        line.persona = try personaID.map(checkedPersona)
        line.autoReply = autoReply ?? line.autoReply
        line.answersGroups = answersGroups ?? line.answersGroups
        line.isReplyOnly = replyOnly ?? line.isReplyOnly
        line.pairingPhone = try pairingPhone(country)
        return line
    }

    private func pairingPhone(_ country: String) throws -> String? {
        switch pairing {
        case nil, "qr":
            guard phone == nil else { throw Fault.invalid("phone", "Only the pairing \"code\" takes a phone.") }
            return nil
        case "code":
            guard let phone else { throw Fault.invalid("phone", "Which phone will type the code?") }
            return try checkedNumber(phone, field: "phone", country: country).digits
        default: throw Fault.invalid("pairing", "Say qr or code.")
        }
    }
}

/// The body of PUT and PATCH. A field that is absent stays as it is; `persona_id` and `business_hours` may be null, which
/// takes them away.
struct LineChangeForm: Decodable {
    var name: String?
    var description: String?
    var personaID: String?
    var autoReply: Bool?
    var answersGroups: Bool?
    var replyOnly: Bool?
    var isPrimary: Bool?
    var businessHours: HoursField?

    private enum CodingKeys: String, CodingKey {
        case name, description
        case personaID = "persona_id"
        case autoReply = "auto_reply"
        case answersGroups = "answers_groups"
        case replyOnly = "reply_only"
        case isPrimary = "is_primary"
        case businessHours = "business_hours"
    }

    static func change(in request: Request) throws -> LineChange {
        let form = try request.decode(LineChangeForm.self, limit: AccountsHandler.bodyLimit)
        // Null and absent are one thing to a decoder, and two to the client.
        let sent = try JSONValue(parsing: request.body).object ?? [:]
        guard form.isPrimary != false else {
            throw Fault.invalid("is_primary", "There is always one primary line; make another one primary instead.")
        }
        var change = LineChange()
        change.name = try form.name.map { try checkedText($0, field: "name", 1...255) }
        change.description = try form.description.map { try checkedText($0, field: "description", 0...1000) }
        change.autoReply = form.autoReply
        change.answersGroups = form.answersGroups
        change.isReplyOnly = form.replyOnly
        change.becomesPrimary = form.isPrimary == true
        if sent["persona_id"] != nil { change.persona = .some(try form.personaID.map(checkedPersona)) }
        if let hours = sent["business_hours"] { change.businessHours = .some(try HoursField.checked(hours)) }
        return change
    }
}

private func checkedPersona(_ text: String) throws -> PersonaID {
    guard let id = PersonaID(text) else { throw Fault.invalid("persona_id", "This is not an id.") }
    return id
}

func checkedNumber(_ text: String, field: String, country: String) throws -> PhoneNumber {
    do {
        return try PhoneNumber(text, country: country)
    } catch {
        throw Fault.invalid(field, error.description)
    }
}
