import Web

extension Shape {
    /// JSON Schema 2020-12, as OpenAPI 3.1 uses it.
    var schema: JSONValue {
        switch self {
        case .text(let text): text.schema
        case .integer(let range): .object(Self.bounds(range).merging(["type": "integer"]) { $1 })
        case .number(let range): .object(Self.bounds(range).merging(["type": "number"]) { $1 })
        case .boolean: ["type": "boolean"]
        case .choice(let names): ["type": "string", "enum": .array(names.map(JSONValue.string))]
        case .list(let shape, let count): Self.list(shape, count)
        case .object(let members): Self.object(members)
        case .map(let shape): ["type": "object", "additionalProperties": shape.schema]
        case .nullable(let shape): ["anyOf": [shape.schema, ["type": "null"]]]
        case .anything: [:]
        }
    }

    private static func bounds(_ range: ClosedRange<Int>) -> [String: JSONValue] {
        var bounds: [String: JSONValue] = [:]
        if range.lowerBound != Int.min { bounds["minimum"] = .integer(range.lowerBound) }
        if range.upperBound != Int.max { bounds["maximum"] = .integer(range.upperBound) }
        return bounds
    }

    private static func bounds(_ range: ClosedRange<Double>) -> [String: JSONValue] {
        let largest = Double.greatestFiniteMagnitude
        guard range != -largest...largest else { return [:] }
        return ["minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
    }

    private static func list(_ shape: Shape, _ count: ClosedRange<Int>) -> JSONValue {
        var schema: [String: JSONValue] = ["type": "array", "items": shape.schema]
        if count.lowerBound > 0 { schema["minItems"] = .integer(count.lowerBound) }
        if count.upperBound != Int.max { schema["maxItems"] = .integer(count.upperBound) }
        return .object(schema)
    }

    private static func object(_ members: [Member]) -> JSONValue {
        var schema: [String: JSONValue] = [
            "type": "object", "additionalProperties": false,
            "properties": .object(Dictionary(members.map { ($0.name, $0.schema) }) { $1 }),
        ]
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        return .object(schema)
    }
}

extension Shape.Member {
    fileprivate var schema: JSONValue {
        guard !about.isEmpty, var schema = shape.schema.object else { return shape.schema }
        schema["description"] = .string(about)
        return .object(schema)
    }
}

extension TextShape {
    fileprivate var schema: JSONValue {
        var schema: [String: JSONValue] = ["type": "string"]
        if let pattern { schema["pattern"] = .string(pattern) }
        if let format {
            schema["format"] = .string(format)
        } else {
            if length.lowerBound > 0 { schema["minLength"] = .integer(length.lowerBound) }
            if length.upperBound < Self.longest { schema["maxLength"] = .integer(length.upperBound) }
        }
        return .object(schema)
    }
}
