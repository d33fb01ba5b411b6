import API
import Access
import Domain
import Web

extension Endpoint {
    static let logIn = Endpoint(
        .post, "/api/v1/auth/login", also: ["POST /api/auth/login"], "A session for a login and its password.",
        for: .everybody, takes: .body(Credentials.form), limit: 16 << 10, answers: LoggedIn.reply(status: 200),
        faults: [DocumentedFault(401, "wrong-credentials", "The login or the password is wrong.")] + LoggedIn.faults,
        limits: .signingIn,
        example: ["email": "alice@example.com", "password": "a long password"]
    ) { call, sent in
        let login = try await call.api.accounts().login(sent.login, password: sent.password, from: call.request)
        return LoggedIn(login: login, account: try await call.account(of: login.user, session: login.session))
    }

    /// A repeat finds no session any more.
    static let logOut = Endpoint(
        .post, "/api/v1/auth/logout", also: ["POST /api/auth/logout"], "Ends the session.",
        for: .signedIn, answers: LoggedOut.reply
    ) { call in LoggedOut(cookie: try await call.api.accounts().logout(call.caller)) }
}

private struct Credentials: Sendable {
    var email: String?
    var username: String?
    var password = ""

    var login: String { email ?? username ?? "" }

    static let form = Form(Credentials()) {
        $0.optional("email", \.email, .anyText(atMost: 16_384), about: "Or username.")
        $0.optional("username", \.username, .anyText(atMost: 16_384), about: "Of the first administrator.")
        $0.required("password", \.password, .anyText(atMost: 16_384))
        $0.rule { sent throws(Fault) in
            guard sent.email == nil || sent.username == nil else {
                throw .invalid("username", "Send an email or a username, not both.")
            }
            guard sent.email ?? sent.username != nil else { throw .invalid("email", "Send an email or a username.") }
        }
    }
}

/// The answer to a sign-up and a login.
struct LoggedIn: Sendable {
    var login: Login
    var account: Account

    static func reply(status: Int) -> Reply<LoggedIn> {
        .one(answer, status: status).adding { value, response in
            response.cookies = [value.login.cookie, value.login.device]
            response.headers.add("cache-control", "no-store")
        }
    }

    private static let answer = Answer<LoggedIn> {
        $0.include(Account.answer, \.account)
        $0.field("token", \.login.bearer, about: "For `Authorization: Bearer`.")
        $0.field("token_type", shape: .choice(["Bearer"])) { _ in "Bearer" }
        $0.field("expires_in", shape: .count, about: "Seconds.") { _ in .integer(Int(BearerTokens.lifetime)) }
    }

    static let faults = [
        DocumentedFault(403, "csrf", "A browser's request from another site.")
    ]
}

private struct LoggedOut: Sendable {
    var cookie: String

    static let reply = Reply.one(
        Answer<LoggedOut> { $0.field("ok", shape: .boolean) { _ in true } }
    ).adding { value, response in response.cookies = [value.cookie] }
}
