import Cryptography
import Domain
package import FoundationEssentials
import Outbound
package import Postgres
import Web

/// What one turn took from outside, and what came of it: enough to play it again without a database and without a socket. Bytes
/// are `Data`, which JSON has as base64: as a list of numbers they would be three times as long.
package struct TurnRecording: Codable, Sendable, Equatable {
    /// Of this form. A turn that asks other questions than before, or writes them otherwise, has a higher one.
    package static let currentVersion = 4

    package var version = currentVersion
    package var conversation: String
    package var organization: String
    package var attempt: Int
    package var timeout: Double
    /// Everything random of the turn, its ids included, follows from it.
    package var seed: Data
    /// Seconds since 1970, in the order in which they were asked for.
    package var times: [Double] = []
    package var exchanges: [TurnExchange] = []
    /// What the turn wrote, apart from what it cost.
    package var resultHash = ""
}

/// A question to the outside and its answer.
package struct TurnExchange: Codable, Sendable, Equatable {
    /// The hash of the canonical question.
    package var key: String
    /// Which of the questions with this key it was, from 0.
    package var ordinal: Int
    /// For people who look for the first difference; keys of providers and times are not part of it.
    package var question: String
    package var answer: Answer

    package enum Answer: Codable, Sendable, Equatable {
        case rows([RowTexts])
        case response(status: Int, headers: [[String]], body: Data)
        case failure(code: String)
    }
}

/// A question in its canonical form (RFC 8785): the same question always has the same key.
struct TurnQuestionKey: Sendable {
    let text: String
    let key: String

    private init(_ json: JSONValue) {
        let bytes = json.canonical
        text = String(decoding: bytes, as: UTF8.self)
        key = HashFunction.sha256.hash(bytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    /// A name and the values asked with: a statement may be written differently and still ask the same.
    init(reading name: String, _ queries: [Query]) {
        let values = queries.map { query in
            JSONValue.array(query.binds.map { $0.text.map(JSONValue.string) ?? .null })
        }
        self.init(.object(["read": .string(name), "with": .array(values)]))
    }

    /// Without headers, which hold keys, and without the time that was left.
    init(_ request: OutboundRequest) {
        let text = String(decoding: request.body, as: UTF8.self)
        let body = (try? JSONValue(parsing: request.body)) ?? .string(text)
        self.init(.object(["method": .string(request.method), "url": .string(request.url), "body": body]))
    }

    /// Of what a turn wrote.
    init(result queries: [Query]) {
        let values = queries.map { query in
            JSONValue.array(query.binds.map { $0.text.map(JSONValue.string) ?? .null })
        }
        self.init(.array(values))
    }
}
