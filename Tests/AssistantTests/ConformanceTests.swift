import Assistant
import Domain
import Foundation
import Outbound
import Support
import Testing

/// What we send to each provider, judged by the providers' published descriptions (openapi-core, `Tests/Conformance`).
@Suite struct ModelConformanceTests {
    fileprivate struct Record: Codable {
        var provider: String
        var url: String
        var headers: [[String]]
        var body: String
    }

    @Test func thePublishedDescriptionsAcceptEveryRequest() async throws {
        let (status, output) = try await judge(recorded)
        #expect(status == 0, "\(output)")
        #expect(output.contains("18 of 18 requests accepted"), "\(output)")
    }

    @Test func theJudgeRefusesWhatIsWrong() async throws {
        let bent =
            try recorded.filter { ["openai", "groq", "mistral", "anthropic", "gemini"].contains($0.provider) }.map {
                record in
                var record = record
                record.body = record.body.replacingOccurrences(of: "\"role\":\"user\"", with: "\"role\":7")
                return record
            }
            + recorded.prefix(1).map { record in
                var record = record
                record.body = record.body.replacingOccurrences(of: "{\"m", with: "{\"wrong\":1,\"m")
                return record
            }
        try #require(bent.count == 11)
        let (status, output) = try await judge(bent)
        #expect(status == 1)
        #expect(output.contains("0 of 11 requests accepted"), "\(output)")
    }

    /// Each provider with and without system text and temperature.
    private var recorded: [Record] {
        get throws {
            try ModelProviderName.online.flatMap { name in try [true, false].map { try record(name, full: $0) } }
        }
    }

    private func record(_ name: ModelProviderName, full: Bool) throws -> Record {
        var request = Sample.request
        if !full {
            request.system = ""
            request.temperature = nil
        }
        let sent = try #require(Wire.request(request, to: name))
        return Record(
            provider: name.rawValue, url: sent.url, headers: sent.headers.map { [$0.name, $0.value] },
            body: String(decoding: sent.body, as: UTF8.self))
    }

    private func judge(_ records: [Record]) async throws -> (status: Int32, output: String) {
        try await PublishedDescriptions.judge(
            records, by: "check_model_requests.py", needing: "llm_chat_param_matrix.json")
    }
}
