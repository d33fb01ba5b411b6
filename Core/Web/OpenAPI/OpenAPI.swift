/// The endpoints as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0).
package enum OpenAPI {
    /// - Parameter paths: of all functions.
    package static func document(paths: [String: JSONValue], version: String = "1") -> JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Parley", "version": .string(version),
                "description":
                    "Answers a business's customers with AI personas. Errors are RFC 9457 problem documents; lists are paged by cursor; writes take Idempotency-Key.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "paths": .object(paths),
            "components": ["schemas": ["Problem": problem], "securitySchemes": securitySchemes],
        ]
    }

    private static let problem: JSONValue = [
        "type": "object", "required": ["type", "title", "status", "detail", "request_id"],
        "properties": [
            "type": ["type": "string", "description": "urn:parley:problem:<code>; clients may switch on it."],
            "title": ["type": "string"], "status": ["type": "integer"], "detail": ["type": "string"],
            "field": ["type": "string", "description": "The field that was wrong, as the client wrote it."],
            "request_id": ["type": "string"],
        ],
    ]

    private static let securitySchemes: JSONValue = [
        "session": ["type": "apiKey", "in": "cookie", "name": "wa.sid"],
        "bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"],
    ]
}
