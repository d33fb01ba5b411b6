/// The types of a client in TypeScript, made from the OpenAPI document: one entry for each operation.
///
///     import type { Operations } from "./api";
///     type Organization = Operations["GET /api/v1/organizations/{id}"]["answer"];
package enum TypeScript {
    package static func declarations(of document: JSONValue) -> String {
        let operations = OpenAPI.operations(in: document).map(entry).joined()
        return """
            // Made by `parley openapi --write` from the endpoints; do not edit.

            export interface Problem {
              type: string;
              title: string;
              status: number;
              detail: string;
              field?: string;
              request_id: string;
            }

            export interface Operations {
            \(operations)}

            """
    }

    private static func entry(_ operation: OpenAPI.Operation) -> String {
        """
          /** \(operation.json["summary"]?.string ?? "") */
          "\(operation.declaration)": {
            path: \(parameters(operation, in: "path"));
            query: \(parameters(operation, in: "query"));
            body: \(body(operation));
            answer: \(answer(operation));
          };

        """
    }

    private static func parameters(_ operation: OpenAPI.Operation, in place: String) -> String {
        let members = (operation.json["parameters"]?.array ?? []).filter { $0["in"]?.string == place }.map {
            parameter in
            let mark = parameter["required"]?.bool == true ? "" : "?"
            return "\(name(parameter["name"]?.string ?? ""))\(mark): \(type(parameter["schema"] ?? .null))"
        }
        return members.isEmpty ? "{}" : "{ \(members.joined(separator: "; ")) }"
    }

    private static func body(_ operation: OpenAPI.Operation) -> String {
        guard let content = operation.json["requestBody"]?["content"]?.object else { return "undefined" }
        return content["application/json"]?["schema"].map(type) ?? "Blob"
    }

    private static func answer(_ operation: OpenAPI.Operation) -> String {
        let good = operation.json["responses"]?.object?.first { $0.key.hasPrefix("2") }?.value
        guard let content = good?["content"]?.object else { return "undefined" }
        return content["application/json"]?["schema"].map(type) ?? "Blob"
    }

    private static func type(_ schema: JSONValue) -> String {
        if let choices = schema["anyOf"]?.array { return choices.map(type).joined(separator: " | ") }
        if let words = schema["enum"]?.array {
            return words.map { String(decoding: $0.bytes, as: UTF8.self) }.joined(separator: " | ")
        }
        return switch schema["type"]?.string {
        case "string": "string"
        case "integer", "number": "number"
        case "boolean": "boolean"
        case "null": "null"
        case "array": "(\(type(schema["items"] ?? .null)))[]"
        case "object": object(schema)
        default: "unknown"
        }
    }

    private static func object(_ schema: JSONValue) -> String {
        guard let properties = schema["properties"]?.object else { return "{ [name: string]: unknown }" }
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        let members = properties.sorted { $0.key < $1.key }.map {
            "\(name($0.key))\(required.contains($0.key) ? "" : "?"): \(type($0.value))"
        }
        return "{ \(members.joined(separator: "; ")) }"
    }

    /// Names that are no identifier are quoted.
    private static func name(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy {
            (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 95
        }
        return isPlain ? name : "\"\(name)\""
    }
}
