import FoundationEssentials
import Web

/// Sets the sandbox up with an invented business, through the public API alone (and tells the sandbox the name that
/// customers see), so that the first message on the phone is
/// answered from its knowledge. Every start finds what an earlier one did; a failure is told and stops nothing.
struct Demo: Sendable {
    /// Where this machine reaches Parley: `http://127.0.0.1:8080`.
    let url: String
    let dataFolder: String
    /// Opens the sandbox's controls.
    let sandboxKey: String

    private var accountFile: String { "\(dataFolder)/demo.json" }

    /// For the person who started Parley.
    enum Outcome: Sendable {
        case ready(Ready)
        case failed(String)

        struct Ready: Sendable {
            let business: String
            /// Where the business answers: `+15550001111`.
            let number: String
            let email: String
            let password: String
        }
    }

    func run() async -> Outcome {
        do {
            let (account, number) = try await setUp()
            return .ready(
                Outcome.Ready(
                    business: DemoBusiness.name, number: number, email: account.email, password: account.password))
        } catch {
            return .failed("\(error)")
        }
    }

    private func setUp() async throws -> (DemoAccount, number: String) {
        var account = try DemoAccount.load(accountFile)
        var api = DemoAPI(url: url, authority: url.replacing("http://", with: ""))
        api.token = try await enter(api, &account)
        let organization = try await organization(api)
        if account.organizationID != organization {
            account.forgetProgress()
            account.organizationID = organization
        }
        if !account.isProfileWritten {
            try await writeProfile(api, organization)
            account.isProfileWritten = true
            try account.save(accountFile)
        }
        if !account.isTrained {
            try await train(api, organization)
            account.isTrained = true
            try account.save(accountFile)
        }
        let number = try await number(api, organization)
        _ = try await api.need(
            "POST", "/sandbox/control/numbers",
            .object(["number": .string(number), "name": .string(DemoBusiness.name)]), sandboxKey: sandboxKey)
        return (account, number)
    }

    // MARK: Steps

    /// Logs in, or signs up when nobody of that name exists.
    private func enter(_ api: DemoAPI, _ account: inout DemoAccount) async throws -> String {
        let credentials: [String: JSONValue] = ["email": .string(account.email), "password": .string(account.password)]
        let login = try await api.call("POST", "/api/auth/login", .object(credentials))
        if login.status == 200, let token = login.body["token"]?.string { return token }
        guard login.status == 401 else { throw DemoError("POST /api/auth/login answered \(login.complaint)") }
        account.forgetProgress()
        let signUp = credentials.merging(
            ["business_name": .string(DemoBusiness.name), "name": .string(DemoBusiness.owner)]) { $1 }
        let answer = try await api.call("POST", "/api/auth/signup", .object(signUp))
        guard answer.status == 201, let token = answer.body["token"]?.string else {
            let hint = answer.status == 409 ? "; its password is not the one in \(accountFile)" : ""
            throw DemoError("POST /api/auth/signup answered \(answer.complaint)\(hint)")
        }
        return token
    }

    private func organization(_ api: DemoAPI) async throws -> String {
        let user = try await api.need("GET", "/api/auth/user")
        guard let id = user["organizations"]?.array?.first?["id"]?.string else {
            throw DemoError("the demo's owner belongs to no organization")
        }
        return id
    }

    private func writeProfile(_ api: DemoAPI, _ organization: String) async throws {
        var fields: [String: JSONValue] = [
            "business_hours": .object(["enabled": .bool(false)]), "onboarding_completed": .bool(true),
        ]
        for (field, value) in DemoBusiness.profile { fields[field] = .string(value) }
        _ = try await api.need("PATCH", "/api/organizations/\(organization)", .object(fields))
    }

    private func train(_ api: DemoAPI, _ organization: String) async throws {
        let items = DemoBusiness.knowledge.map { item in
            JSONValue.object([
                "title": .string(item.title), "body": .string(item.body), "tags": .array(item.tags.map { .string($0) }),
            ])
        }
        _ = try await api.need(
            "POST", "/api/training/train", .object(["items": .array(items)]), organization: organization,
            key: "demo-knowledge \(organization)")
    }

    /// The organization's number; the first of a search is bought when it has none.
    private func number(_ api: DemoAPI, _ organization: String) async throws -> String {
        let path = "/api/organizations/\(organization)"
        let current = try await api.need("GET", path)
        if let number = current["numbers"]?.array?.first?.string { return number.replacing("whatsapp:", with: "") }
        let found = try await api.need(
            "GET", "/api/organizations/search-numbers?country=US", organization: organization)
        guard let number = found["items"]?.array?.first?["number"]?.string else {
            throw DemoError("the search for numbers found none")
        }
        let purchase: JSONValue = .object(["number": .string(number), "name": .string(DemoBusiness.name)])
        _ = try await api.need("POST", "\(path)/provision-number", purchase, key: "demo-number \(number)")
        return number
    }
}
