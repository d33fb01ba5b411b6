import API
import FoundationEssentials
import FunctionHost
import Web

/// What the API offers, for programs and for people. Made from all endpoints by `parley openapi --write`.
let endpoints: [Endpoint] = [.openAPIDocument, .reference]

extension Endpoint {
    static let openAPIDocument = Endpoint(
        .get, "/api/openapi.json", also: ["GET /api/v1/openapi.json"], "The API as an OpenAPI 3.1 document.",
        for: .everybody, answers: .bytes("application/json")
    ) { call in
        .document(try OpenAPIFile.bytes(in: call.configuration), type: "application/json")
    }

    static let reference = Endpoint(
        .get, "/api/reference", "The API as a page to read.", for: .everybody, answers: .bytes("text/html")
    ) { call in
        let document = try JSONValue(parsing: OpenAPIFile.bytes(in: call.configuration))
        var response = Response.document(Array(ReferencePage.html(of: document).utf8), type: "text/html; charset=utf-8")
        response.headers.add("content-security-policy", ReferencePage.policy)
        return response
    }
}

/// `openapi.json` beside this function, where the host unpacked it (`LAMBDA_TASK_ROOT`).
private enum OpenAPIFile {
    static func bytes(in configuration: Configuration) throws -> [UInt8] {
        let path = try configuration.taskRoot + "/openapi.json"
        guard let data = FileManager.default.contents(atPath: path) else { throw ConfigurationError.missing(path) }
        return Array(data)
    }
}

extension Response {
    fileprivate static func document(_ bytes: [UInt8], type: String) -> Response {
        Response(
            status: 200, headers: Headers([("content-type", type), ("cache-control", "public, max-age=300")]),
            body: bytes)
    }
}
