import Foundation
import Outbound
import Providers
import Support
import Testing

/// Every request that the client makes, judged by Twilio's published description (openapi-core, `Tests/Conformance`).
@Suite struct TwilioConformanceTests {
    fileprivate struct Record: Encodable {
        let spec: String
        let method: String
        let url: String
        let headers: [[String]]
        let body: String
    }

    @Test func thePublishedDescriptionAcceptsEveryRequest() async throws {
        var records: [Record] = []
        for operation in TwilioOperation.all { records.append(try await record(operation)) }
        let (status, output) = try await judge(records)
        #expect(status == 0, "\(output)")
        #expect(output.contains("\(TwilioOperation.all.count) of \(TwilioOperation.all.count) requests accepted"))
    }

    /// The judge sees a missing field, a misspelt one, a wrong value and a wrong path.
    @Test func theJudgeRefusesWhatIsWrong() async throws {
        let send = try await record(TwilioOperation.all[0])
        let search = try await record(TwilioOperation.all[3])
        let bent = [
            Record(send, body: send.body.replacingOccurrences(of: "To=", with: "Too=")),
            Record(send, body: send.body + "&Mediaurl=x"),
            Record(search, url: search.url.replacingOccurrences(of: "AreaCode=415", with: "AreaCode=four")),
            Record(send, url: send.url.replacingOccurrences(of: "/Messages.json", with: "/Letters.json")),
        ]
        let (status, output) = try await judge(bent)
        #expect(status == 1)
        #expect(output.contains("0 of 4 requests accepted"), "\(output)")
    }

    private func record(_ operation: TwilioOperation) async throws -> Record {
        let http = RecordingHTTP(200, operation.answer)
        try await operation.run(Twilio.client(http))
        let request = try #require(http.requests.first)
        return Record(
            spec: operation.spec, method: request.method, url: request.url,
            headers: request.headers.map { [$0.name, $0.value] }, body: request.text)
    }

    private func judge(_ records: [Record]) async throws -> (status: Int32, output: String) {
        try await PublishedDescriptions.judge(records, by: "check_openapi.py", needing: "twilio_api_v2010.json")
    }
}

extension TwilioConformanceTests.Record {
    fileprivate init(_ other: Self, url: String? = nil, body: String? = nil) {
        self.init(
            spec: other.spec, method: other.method, url: url ?? other.url, headers: other.headers,
            body: body ?? other.body)
    }
}
