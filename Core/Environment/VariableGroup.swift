/// All variables, in the order in which help lists them.
package struct VariableGroup: Sendable {
    package let title: String
    package let variables: [Variable]

    package static let all = [
        VariableGroup(title: "Installation", variables: Variable.installation),
        VariableGroup(title: "Twilio", variables: Variable.twilio),
        VariableGroup(title: "Models", variables: Variable.models),
        VariableGroup(title: "WhatsApp Web", variables: Variable.whatsApp),
        VariableGroup(title: "Operation", variables: Variable.operation),
        VariableGroup(title: "Set by the host, not by you", variables: Variable.host),
        VariableGroup(title: "For tests", variables: Variable.testing),
    ]
}

extension Variable {
    package static let all = VariableGroup.all.flatMap(\.variables)
}
