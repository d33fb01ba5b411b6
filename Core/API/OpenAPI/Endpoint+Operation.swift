import Access
import Domain
import Web

extension Endpoint {
    var operation: JSONValue {
        var operation: [String: JSONValue] = [
            "operationId": .string(operationID), "summary": .string(summary), "description": .string(about),
            "tags": [.string(tag)], "security": security, "responses": responses,
        ]
        let parameters = pathParameterObjects + queryParameterObjects + headerParameterObjects
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let requestBody { operation["requestBody"] = requestBody }
        return .object(operation)
    }

    /// `get_organizations_id_stats`: stable as long as the path is.
    package var operationID: String {
        let parts = path.split(separator: "/").filter { $0 != "api" && $0 != "v1" }
        let words = parts.map {
            $0.filter { $0 != "{" && $0 != "}" }.replacing("-", with: "_").replacing(".", with: "_")
        }
        return ([method.rawValue.lowercased()] + words).joined(separator: "_")
    }

    /// The first word of the path groups the reference.
    package var tag: String {
        path.split(separator: "/").first { $0 != "api" && $0 != "v1" }.map(String.init) ?? "other"
    }

    private var about: String {
        var sentences = [admittance.sentence]
        if repeats == .once { sentences.append("With Idempotency-Key a repeat gets the first answer.") }
        sentences += limits.map(\.sentence)
        if !aliases.isEmpty { sentences.append("Also: " + aliases.map { "`\($0)`" }.joined(separator: ", ") + ".") }
        return sentences.joined(separator: " ")
    }

    private var security: JSONValue {
        admittance.needsSession ? [["session": []], ["bearer": []]] : []
    }

    private var pathParameterObjects: [JSONValue] {
        pathParameters.map { name in
            [
                "name": .string(name), "in": "path", "required": true, "schema": (pathShapes[name] ?? .id).schema,
            ]
        }
    }

    private var queryParameterObjects: [JSONValue] {
        query.map { member in
            .object([
                "name": .string(member.name), "in": "query", "required": .bool(member.isRequired),
                "schema": member.shape.present.schema, "description": .string(member.about),
            ])
        }
    }

    private var headerParameterObjects: [JSONValue] {
        var headers: [JSONValue] = []
        if case .member(_, let source, _) = admittance, source.takesHeader {
            headers.append(
                Self.header("x-organization-id", Shape.id, "Which organization; the user's own when absent."))
        }
        if case .secretHeader(let name) = admittance {
            headers.append(Self.header(name, .text(TextShape(1...200)), "The secret of the installation."))
        }
        if repeats == .once {
            let key = Shape.text(TextShape(1...255, pattern: "^[ -~]{1,255}$"))
            headers.append(Self.header("idempotency-key", key, "Chosen by the client, kept for a day."))
        }
        return headers
    }

    private static func header(_ name: String, _ shape: Shape, _ about: String) -> JSONValue {
        [
            "name": .string(name), "in": "header", "required": false, "schema": shape.schema,
            "description": .string(about),
        ]
    }

    private var requestBody: JSONValue? {
        switch body {
        case .none: nil
        case .json(let members, let isOptional):
            Self.requestBody("application/json", Shape.object(members), isRequired: !isOptional, example)
        case .form(let members):
            Self.requestBody("application/x-www-form-urlencoded", .object(members), isRequired: true, example)
        case .bytes: ["required": true, "content": ["*/*": ["schema": [:]]]]
        }
    }

    private static func requestBody(
        _ type: String, _ shape: Shape, isRequired: Bool, _ example: JSONValue?
    ) -> JSONValue {
        var media: [String: JSONValue] = ["schema": shape.schema]
        if let example { media["example"] = example }
        return ["required": .bool(isRequired), "content": .object([type: .object(media)])]
    }

    private var responses: JSONValue {
        var responses: [String: JSONValue] = [String(reply.status): reply.object]
        for (status, faults) in Dictionary(grouping: faults, by: \.status) {
            let codes = faults.map { "`\($0.code)`: \($0.about)" }
            responses[String(status)] = [
                "description": .string(codes.joined(separator: " ")),
                "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
            ]
        }
        return .object(responses)
    }
}

extension DocumentedReply {
    fileprivate var object: JSONValue {
        switch content {
        case .nothing: ["description": "Done."]
        case .json(let shape): Self.object("What was asked for.", shape, [])
        case .bytes(let types): Self.object("The content.", nil, types)
        case .jsonOrBytes(let shape, let types): Self.object("What was asked for.", shape, types)
        }
    }

    private static func object(_ about: String, _ shape: Shape?, _ types: [String]) -> JSONValue {
        var content: [String: JSONValue] = [:]
        for type in types { content[type] = ["schema": [:]] }
        if let shape { content["application/json"] = ["schema": shape.schema] }
        return ["description": .string(about), "content": .object(content)]
    }
}

extension AdmittanceRule {
    var sentence: String {
        switch self {
        case .everybody: "Open to everybody."
        case .signedIn: "For anybody who is signed in."
        case .member(let role, _, let scope):
            "For members of the organization with the role \(role.rawValue) or more"
                + (scope.map { ", and for API keys with the scope \($0.text)." } ?? ".")
        case .platformStaff: "For the platform's staff."
        case .signature(let provider): "Called by \(provider), proven by its signature."
        case .secretHeader(let name): "Proven by the header \(name)."
        case .token(let purpose): "Opened by a token for \(purpose) in the path."
        }
    }
}
