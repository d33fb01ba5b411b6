import API
import FoundationEssentials
import Web

/// One request that differs from a good one in one place.
struct HostileRequest: Sendable {
    var name: String
    var request: Request
    var mustBeRefused = false
}

extension Endpoint {
    /// A request as a client makes it.
    func goodRequest(of tenant: Tenant) -> Request {
        let path = String(path(self.path, id: tenant.id(in: self.path)))
        var headers = Headers()
        if admittance.needsSession { headers.add("authorization", "Bearer \(tenant.owner.token)") }
        if case .secretHeader(let name) = admittance { headers.add(name, TestAPI.cronSecret) }
        var request = Request(method: method, path: path, headers: headers, sourceIP: "192.0.2.1", requestID: "test")
        switch body {
        case .none: break
        case .json: request.setBody(tenant.example(of: self)?.bytes ?? Array("{}".utf8), "application/json")
        case .form: request.setForm(FormFields(exampleFields))
        case .bytes: request.setBody([1, 2, 3], "image/png")
        }
        return request
    }

    func hostileRequests(of tenant: Tenant) -> [HostileRequest] {
        let good = goodRequest(of: tenant)
        return bodyRequests(good, tenant) + wholeBodies(good) + queryRequests(good) + pathRequests(good, tenant)
            + headerRequests(good)
    }

    private var exampleFields: [(name: String, value: String)] {
        (example?.object ?? [:]).compactMap { name, value in value.string.map { (name, $0) } }.sorted { $0.0 < $1.0 }
    }

    private func bodyRequests(_ good: Request, _ tenant: Tenant) -> [HostileRequest] {
        switch body {
        case .json(let members, _):
            let example = tenant.example(of: self) ?? .object([:])
            return Place.all(in: members).flatMap { place in
                Hostile.tokens(for: place.shape).map { name, token in
                    var request = good
                    request.setBody(place.body(example, token), "application/json")
                    return HostileRequest(
                        name: "\(place.name) is \(name)", request: request,
                        mustBeRefused: Hostile.isNeverTaken(name) && !place.isHashed)
                }
            }
        case .form(let members):
            return members.flatMap { member in
                Hostile.texts.filter { $0.text.utf8.count < bodyLimit }.map { name, text in
                    var request = good
                    request.setForm(FormFields(exampleFields.filter { $0.name != member.name } + [(member.name, text)]))
                    return HostileRequest(name: "\(member.name) is \(name)", request: request)
                }
            }
        case .bytes, .none: return []
        }
    }

    private func wholeBodies(_ good: Request) -> [HostileRequest] {
        guard body != .none else { return [] }
        return Hostile.bodies.enumerated().map { index, bytes in
            var request = good
            request.body = bytes
            // Nobody looks at the signature of what is too large.
            if case .form = body, bytes.count <= bodyLimit { request.sign() }
            return HostileRequest(name: "body \(index)", request: request)
        }
    }

    private func queryRequests(_ good: Request) -> [HostileRequest] {
        let names = query.map(\.name) + ["nothing_of_ours"]
        return names.flatMap { name in
            Hostile.queryValues.map { value in
                var request = good
                request.rawQuery = "\(name)=\(value)"
                if case .form = body { request.sign() }
                return HostileRequest(name: "?\(name)=\(value.prefix(80))", request: request)
            }
        }
    }

    private func pathRequests(_ good: Request, _ tenant: Tenant) -> [HostileRequest] {
        pathParameters.flatMap { name in
            Hostile.pathValues.map { value in
                var request = good
                let route = path.replacing("{\(name)}", with: value)
                request.path = String(path(route, id: tenant.id(in: path)))
                return HostileRequest(name: "{\(name)} = \(value.prefix(80))", request: request)
            }
        }
    }

    private func headerRequests(_ good: Request) -> [HostileRequest] {
        Hostile.headers.map { name, value in
            var request = good
            request.headers = Headers(good.headers.fields.filter { $0.name != name } + [(name, value)])
            if name == "cookie" { request.cookies = Cookies.parse([value]) }
            return HostileRequest(name: "\(name): \(value.debugDescription.prefix(80))", request: request)
        }
    }
}

extension Request {
    mutating func setBody(_ bytes: [UInt8], _ type: String) {
        headers = Headers(headers.fields.filter { $0.name != "content-type" } + [("content-type", type)])
        body = bytes
    }

    mutating func setForm(_ form: FormFields) {
        setBody(Array(form.encoded.utf8), "application/x-www-form-urlencoded")
        sign()
    }

    /// As Twilio does.
    mutating func sign() {
        let url = "https://bot.example.com" + path + (rawQuery.isEmpty ? "" : "?\(rawQuery)")
        let fields = FormFields(decoding: body) ?? FormFields()
        let signature = TwilioSignature.signature(url: url, fields: fields, key: TestAPI.twilioToken)
        headers = Headers(
            headers.fields.filter { $0.name != "x-twilio-signature" } + [("x-twilio-signature", signature)])
    }
}

/// A place in a body where a value stands.
struct Place: Sendable {
    /// Names of members; `nil` is the first entry of a list.
    var path: [String?]
    var shape: Shape

    /// Compared and never stored: it may hold what no column keeps.
    var isHashed: Bool { path.last == "password" }

    var name: String { path.map { $0 ?? "[0]" }.joined(separator: ".") }

    static func all(in members: [Shape.Member]) -> [Place] {
        members.flatMap { within($0.shape, [$0.name]) }
    }

    private static func within(_ shape: Shape, _ path: [String?]) -> [Place] {
        let inner: [Place] =
            switch shape.withoutNull {
            case .object(let members): members.flatMap { within($0.shape, path + [$0.name]) }
            case .list(let shape, _): within(shape, path + [nil])
            default: []
            }
        return [Place(path: path, shape: shape)] + inner
    }

    /// `example` with `token` here, as bytes: the token need not be JSON.
    func body(_ example: JSONValue, _ token: String) -> [UInt8] {
        let mark = "\u{1}here\u{1}"
        let json = Self.put(.string(mark), at: path[...], in: example)
        let text = String(decoding: json.bytes, as: UTF8.self)
        return Array(text.replacing(Hostile.quoted(mark), with: token).utf8)
    }

    private static func put(_ value: JSONValue, at path: ArraySlice<String?>, in json: JSONValue) -> JSONValue {
        guard let step = path.first else { return value }
        guard let name = step else { return .array([put(value, at: path.dropFirst(), in: json.array?.first ?? .null)]) }
        var members = json.object ?? [:]
        members[name] = put(value, at: path.dropFirst(), in: members[name] ?? .null)
        return .object(members)
    }
}

extension Shape {
    var withoutNull: Shape {
        if case .nullable(let shape) = self { return shape.withoutNull }
        return self
    }
}
