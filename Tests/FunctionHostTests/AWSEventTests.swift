import Foundation
import Support
import Testing
import Web

/// AWS's own samples of what its services send to functions, against a function that serves requests and schedules.
@Suite struct AWSEventTests {
    static let events: [String] = {
        let folder = Vectors.folder + "/aws-events"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted()
    }()

    private static let request = "apigateway.HttpApi.json"
    private static let schedule = "cloudwatch.ScheduledEvent.json"

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: Vectors.folder + "/aws-events/" + file, encoding: .utf8)
    }

    @Test func allSamplesAreThere() {
        #expect(Self.events.count == 66)
    }

    @Test func aRequestOfAnHTTPAPIIsServed() async throws {
        let (ran, answer) = try await ForeignEventTests.serve(try text(Self.request))
        let status = try JSONValue(parsing: Array(answer.utf8))["statusCode"]?.integer
        #expect(ran == 0 && status == 404, "\(answer)")
    }

    /// The sample's request, to an endpoint that wants its own secret.
    @Test func itGetsWhatTheEndpointAnswersAndNothingRuns() async throws {
        var event = try #require(try JSONValue(parsing: Array(try text(Self.request).utf8)).object)
        event["rawPath"] = .string("/api/cron/reset-usage")
        var context = try #require(event["requestContext"]?.object)
        var http = try #require(context["http"]?.object)
        http["method"] = .string("GET")
        context["http"] = .object(http)
        event["requestContext"] = .object(context)
        let (ran, answer) = try await ForeignEventTests.serve(
            String(decoding: JSONValue.object(event).bytes, as: UTF8.self))
        let status = try JSONValue(parsing: Array(answer.utf8))["statusCode"]?.integer
        #expect(ran == 0 && status == 401, "\(answer)")
    }

    @Test func aScheduleRuns() async throws {
        #expect(try await ForeignEventTests.serve(try text(Self.schedule)).ran == 1)
    }

    @Test(arguments: events.filter { ![request, schedule].contains($0) })
    func everyOtherEventIsRefused(_ file: String) async throws {
        let (ran, answer) = try await ForeignEventTests.serve(try text(file))
        #expect(ran == 0)
        #expect(answer.hasPrefix("refused: ") && answer.contains("payload format 2.0"), "\(answer)")
    }
}
