import FoundationEssentials
import Outbound
import Sandbox
import Web

/// Parley's public API as the demo's owner calls it: JSON, a bearer token, nothing that another client could not do.
struct DemoAPI: Sendable {
    let url: String
    let client: HTTPClient
    var token: String?

    init(url: String, authority: String) {
        self.url = url
        client = .live(allowedPrivate: [authority], connections: 1)
    }

    struct Answer: Sendable {
        let status: Int
        let body: JSONValue

        /// The problem's own words (RFC 9457), with the field it names.
        var complaint: String {
            let detail = body["detail"]?.string ?? body["message"]?.string ?? "no explanation"
            return "\(status): \(detail)" + (body["field"]?.string.map { " (\($0))" } ?? "")
        }
    }

    func call(
        _ method: String, _ path: String, _ body: JSONValue? = nil, organization: String? = nil, key: String? = nil,
        sandboxKey: String? = nil
    ) async throws -> Answer {
        var headers = [(name: "accept", value: "application/json")]
        if body != nil { headers.append((name: "content-type", value: "application/json")) }
        if let token { headers.append((name: "authorization", value: "Bearer \(token)")) }
        if let key { headers.append((name: "idempotency-key", value: key)) }
        if let sandboxKey { headers.append((name: SandboxConfiguration.keyHeader, value: sandboxKey)) }
        if let organization { headers.append((name: "x-organization-id", value: organization)) }
        let request = OutboundRequest(
            method: method, url: url + path, headers: headers, body: try body.map(Self.encoded) ?? [], timeout: 60)
        let response = try await patiently(request, what: "\(method) \(path)")
        return Answer(status: response.status, body: (try? JSONValue(parsing: response.body)) ?? .null)
    }

    /// While everything starts at once on a small machine, a first call may run into its function's time-out.
    private func patiently(_ request: OutboundRequest, what: String) async throws -> OutboundResponse {
        for attempt in 1...3 {
            do {
                let response = try await client.send(request)
                if response.status < 500 || attempt == 3 { return response }
            } catch {
                if attempt == 3 { throw DemoError("\(what) got no answer: \(error)") }
            }
            try await Task.sleep(for: .seconds(attempt))
        }
        throw DemoError("\(what) got no answer")
    }

    /// Calls and expects a 2xx answer. A repeat with the same `key` changes nothing.
    func need(
        _ method: String, _ path: String, _ body: JSONValue? = nil, organization: String? = nil, key: String? = nil,
        sandboxKey: String? = nil
    ) async throws -> JSONValue {
        let answer = try await call(
            method, path, body, organization: organization, key: key, sandboxKey: sandboxKey)
        guard (200..<300).contains(answer.status) else {
            throw DemoError("\(method) \(path) answered \(answer.complaint)")
        }
        return answer.body
    }
}

extension DemoAPI {
    private static func encoded(_ value: JSONValue) throws -> [UInt8] {
        Array(try JSONEncoder().encode(Encoded(value: value)))
    }

    private struct Encoded: Encodable {
        let value: JSONValue

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value {
            case .null: try container.encodeNil()
            case .bool(let value): try container.encode(value)
            case .integer(let value): try container.encode(value)
            case .number(let value): try container.encode(value)
            case .string(let value): try container.encode(value)
            case .array(let values): try container.encode(values.map(Encoded.init))
            case .object(let members): try container.encode(members.mapValues(Encoded.init))
            }
        }
    }
}
