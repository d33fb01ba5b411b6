import Foundation
import Outbound
import Support
import Testing
import Web

/// S10: the largest file that may be uploaded is kept, again and again, within the memory that the function has.
@Suite(.serialized) struct UploadTests {
    @Test func theLargestFileIsKeptEachTime() async throws {
        let folder = "/var/tmp/parley-uploads-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let parley = try RunningParley(
            data: folder + "/data", log: folder + "/up.log", arguments: ["--sandbox", "--no-demo"])
        do {
            let client = try await Client(url: parley.url())
            for round in 0..<4 {
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<2 { group.addTask { try await client.upload(4 << 20) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses == [201, 201], "round \(round)")
            }
            let tooLarge = try await client.upload(4 << 20 + 1)
            #expect(tooLarge == 413)
        } catch {
            Issue.record("\(error)\n\(parley.output.suffix(2_000))")
        }
        await parley.stop()
    }

    private struct Client: Sendable {
        let http: HTTPClient
        let url: String
        let token: String

        init(url: String) async throws {
            self.url = url
            http = .live(allowedPrivate: [url], connections: 4)
            let form = #"{"email":"a@example.com","password":"a long password","business_name":"B"}"#
            let answer = try await http.send(
                OutboundRequest(
                    method: "POST", url: url + "/api/v1/auth/signup",
                    headers: [(name: "content-type", value: "application/json")], body: Array(form.utf8), timeout: 30))
            token = try #require(try JSONValue(parsing: answer.body)["token"]?.string)
        }

        /// Bytes that no escaping makes smaller.
        func upload(_ size: Int) async throws -> Int {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            return try await http.send(
                OutboundRequest(
                    method: "POST", url: url + "/api/v1/uploads?filename=a.bin",
                    headers: [
                        (name: "content-type", value: "application/octet-stream"),
                        (name: "authorization", value: "Bearer \(token)"),
                    ], body: bytes, timeout: 60)
            ).status
        }
    }
}
