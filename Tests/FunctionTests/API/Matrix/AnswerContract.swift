import API
import FoundationEssentials
import Web

/// What the reference promises of an answer. Every answer of every test is held against it.
extension Endpoint {
    /// What is wrong; `nil` when the answer is as documented.
    func objection(to response: Response) -> String? {
        response.status < 400 ? goodAnswer(response) : problem(response)
    }

    private func goodAnswer(_ response: Response) -> String? {
        guard response.status == reply.status else { return "status \(response.status) instead of \(reply.status)" }
        if case .nothing = reply.content { return response.body.isEmpty ? nil : "a body where none is promised" }
        guard case .json(let shape) = reply.content else { return nil }
        guard let json = try? JSONValue(parsing: response.body) else { return "the body is no JSON" }
        return shape.objection(to: json, at: "answer")
    }

    private func problem(_ response: Response) -> String? {
        guard response.headers["content-type"] == "application/problem+json",
            let problem = try? JSONValue(parsing: response.body),
            let code = problem["type"]?.string?.split(separator: ":").last.map(String.init)
        else { return "\(response.status) without a problem document" }
        guard faults.contains(where: { $0.status == response.status && $0.code == code }) else {
            return "\(response.status) \(code) is not documented"
        }
        guard response.status != 422 || problem["field"]?.string?.isEmpty == false || code == "provider-refused" else {
            return "422 names no field"
        }
        return nil
    }
}

extension TestAPI {
    private static let routes: [(route: Route, endpoint: Endpoint)] = functions.flatMap(\.endpoints).flatMap {
        endpoint in
        endpoint.routes.compactMap { text in Route(text).map { ($0, endpoint) } }
    }.sorted { $0.0.specificity.lexicographicallyPrecedes($1.0.specificity) }

    /// Whose answer it is; `nil` for paths that nobody serves.
    static func endpoint(of request: Request) -> Endpoint? {
        routes.first { $0.route.match(method: request.method.rawValue, path: request.path) != nil }?.endpoint
    }
}

extension Shape {
    /// Why a value is not of this shape, and where.
    func objection(to json: JSONValue, at place: String) -> String? {
        switch self {
        case .anything: nil
        case .nullable(let shape): json == .null ? nil : shape.objection(to: json, at: place)
        case .text(let text): text.objection(to: json, at: place)
        case .choice(let names): names.contains(json.string ?? "") ? nil : "\(place) is none of \(names): \(json)"
        case .boolean: json.bool == nil ? "\(place) is not true or false" : nil
        case .integer(let range):
            json.integer.map(range.contains) == true ? nil : "\(place) is no whole number in \(range): \(json)"
        case .number(let range):
            Self.number(json).map(range.contains) == true ? nil : "\(place) is no number in \(range)"
        case .list(let shape, let count): Self.list(shape, count, json, place)
        case .map(let shape): Self.map(shape, json, place)
        case .object(let members): Self.object(members, json, place)
        }
    }

    private static func number(_ json: JSONValue) -> Double? {
        if case .number(let value) = json { return value }
        return json.integer.map(Double.init)
    }

    private static func list(_ shape: Shape, _ count: ClosedRange<Int>, _ json: JSONValue, _ place: String) -> String? {
        guard let values = json.array, count.contains(values.count) else { return "\(place) is no list of \(count)" }
        return values.enumerated().lazy.compactMap { shape.objection(to: $1, at: "\(place)[\($0)]") }.first
    }

    private static func map(_ shape: Shape, _ json: JSONValue, _ place: String) -> String? {
        guard let values = json.object else { return "\(place) is no object" }
        return values.lazy.compactMap { shape.objection(to: $1, at: "\(place).\($0)") }.first
    }

    private static func object(_ members: [Member], _ json: JSONValue, _ place: String) -> String? {
        guard let values = json.object else { return "\(place) is no object" }
        if let extra = values.keys.first(where: { name in !members.contains { $0.name == name } }) {
            return "\(place).\(extra) is not documented"
        }
        for member in members {
            guard let value = values[member.name] else {
                if member.isRequired { return "\(place).\(member.name) is missing" }
                continue
            }
            if let objection = member.shape.objection(to: value, at: "\(place).\(member.name)") { return objection }
        }
        return nil
    }
}

extension TextShape {
    fileprivate func objection(to json: JSONValue, at place: String) -> String? {
        guard let text = json.string else { return "\(place) is no text: \(json)" }
        switch format {
        case "uuid": return UUID(uuidString: text) == nil ? "\(place) is no id: \(text)" : nil
        case "date-time":
            return (try? Date(text, strategy: .iso8601)) == nil ? "\(place) is no time: \(text)" : nil
        default:
            return length.contains(text.unicodeScalars.count) || length.upperBound >= Self.longest
                ? nil : "\(place) has \(text.unicodeScalars.count) characters"
        }
    }
}
