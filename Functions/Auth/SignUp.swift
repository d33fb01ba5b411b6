import API
import Access
import Domain
import FunctionHost
import Web

extension Endpoint {
    static let signUp = Endpoint(
        .post, "/api/v1/auth/signup", also: ["POST /api/auth/signup"],
        "A new account with its personal organization, and its first session.",
        for: .everybody, takes: .body(SignUp.form), limit: 16 << 10, answers: LoggedIn.reply(status: 201),
        faults: [
            DocumentedFault(403, "sign-up-closed", "This installation takes no new accounts."),
            DocumentedFault(409, "email-taken", "There is an account with this address."),
        ] + LoggedIn.faults,
        limits: .signingUp,
        example: ["email": "alice@example.com", "password": "a long password", "business_name": "Bakery"]
    ) { call, form in
        guard call.api.configuration.signUp == "open" else { throw Fault.signUpClosed }
        let login = try await call.api.accounts().signUp(form, from: call.request)
        return LoggedIn(login: login, account: try await call.account(of: login.user, session: login.session))
    }
}

extension Fault {
    fileprivate static let signUpClosed = Fault(
        status: 403, code: "sign-up-closed", detail: "This installation takes no new accounts (SIGN_UP).")
}

extension SignUp {
    fileprivate static let form = Form(SignUp()) {
        $0.required("email", \.email, .email)
        $0.required("password", \.password, .newPassword)
        $0.required("business_name", \.businessName, .text(1...200), about: "Names the personal organization.")
        $0.optional("name", \.name, .text(0...200))
        $0.rule { form throws(Fault) in
            try PasswordRule.check(form.password, of: [form.email], field: "password")
        }
    }
}

extension FieldType where Value == String {
    /// In lower case.
    fileprivate static let email = FieldType.text(0...254).as(show: { $0 }) { text, field throws(Fault) in
        try checkedEmail(text, field: field)
    }.shaped(.text(TextShape(6...254, format: "email")))

    fileprivate static let newPassword = FieldType.anyText(atMost: 1024).checked { password, field throws(Fault) in
        if let objection = PasswordRule.objection(toLengthOf: password) { throw .invalid(field, objection) }
    }.shaped(.text(TextShape(PasswordRule.length)))
}
