import Foundation
import Support
import Testing

@testable import FunctionHost

/// Against botocore and AWS's own test suite: `Vectors/aws_sigv4.json`.
@Suite struct AWSSignerTests {
    private struct File: Decodable {
        struct Entry: Decodable {
            let name, service, region, method, host, path, body, date, authorization: String
            let headers: [String: String]
            let session_token: String?
        }
        let requests: [Entry]
    }

    @Test func signaturesAreThoseOfOthers() throws {
        let requests = try Vectors.load("aws_sigv4.json", as: File.self).requests
        #expect(requests.count >= 2)
        for entry in requests {
            let signer = AWSSigner(
                region: entry.region, service: entry.service,
                credentials: AWSCredentials(
                    accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                    sessionToken: entry.session_token))
            let request = AWSSigner.Request(
                method: entry.method, host: entry.host, path: entry.path,
                headers: entry.headers.map { (name: $0.key, value: $0.value) }, body: Array(entry.body.utf8))
            // 2015-08-30T12:36:00Z
            let signed = signer.sign(request, at: Date(timeIntervalSince1970: 1_440_938_160))
            #expect(signed.first { $0.name == "x-amz-date" }?.value == entry.date)
            #expect(signed.first { $0.name == "authorization" }?.value == entry.authorization, "\(entry.name)")
        }
    }
}
