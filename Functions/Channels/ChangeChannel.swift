import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let changeChannel = Endpoint(
        .patch, "/api/v1/channels/{id}",
        also: formerRoutes("PATCH", rest: "/{id}") + ["PUT /api/v1/devices/{id}"],
        "Changes the fields that are named; the others stay.",
        for: .member(.admin), takes: .body(ChannelChange.form), answers: .one(ChannelView.answer), repeats: .once,
        example: ["name": "Support", "auto_reply": false]
    ) { call, change in
        try await call.channels.change(try call.id(of: "channel"), of: call.organization, change, at: call.now)
    }
}

extension ChannelChange {
    fileprivate static let form = Form(ChannelChange()) {
        $0.optional("name", \.name, .text(1...255))
        $0.optional("description", \.description, .text(0...1000))
        $0.clearable("persona_id", \.persona, .id(of: "persona"), about: "Null: the organization's General.")
        $0.optional("auto_reply", \.autoReply, .boolean)
        $0.optional("answers_groups", \.answersGroups, .boolean)
        $0.optional("reply_only", \.isReplyOnly, .boolean)
        $0.optional("is_primary", \.becomesPrimary, .onlyTrue, about: "Only true: there is always one primary channel.")
        $0.clearable(
            "business_hours", \.businessHours, .businessHours, about: "Null: the organization's own hours.")
        $0.rule { change throws(Fault) in
            guard change != ChannelChange() else { throw .malformed("Name at least one field to change.") }
        }
    }
}

extension FieldType where Value == Bool {
    fileprivate static let onlyTrue = FieldType.boolean.checked { isTrue, field throws(Fault) in
        guard isTrue else {
            throw .invalid(field, "There is always one primary channel; make another one primary instead.")
        }
    }
}
