import Foundation
import Support
import Synchronization
import Testing

@testable import FunctionHost

/// What a host said of a result stays true, whatever becomes of the event that it sent behind it.
@Suite(.timeLimit(.minutes(1))) struct ResultStatusTests {
    /// Answers each connection's requests as they come, from a list.
    private final class Host: Sendable {
        let port: UInt16
        private let listener: Int32
        private let answers: Mutex<[String]>

        init(_ answers: [String]) throws {
            self.answers = Mutex(answers)
            (listener, port) = try TestSocket.listen()
            Thread.detachNewThread { [self] in
                while let connection = TestSocket.accept(listener) {
                    Thread.detachNewThread { [self] in serve(connection) }
                }
            }
        }

        func stop() {
            shutdown(listener, Int32(SHUT_RDWR))
            close(listener)
        }

        private func serve(_ connection: Int32) {
            TestSocket.serve(connection) { _ in
                let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                if let answer { TestSocket.send(Array(answer.utf8), on: connection) }
            }
        }
    }

    private static let tooLarge =
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: large\r\nContent-Length: 99999999\r\n\r\n"
    private static let event =
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: next\r\nLambda-Runtime-Deadline-Ms: 1\r\nContent-Length: 2\r\n\r\n{}"

    @Test(arguments: [(413, "Request Entity Too Large"), (202, "Accepted")])
    func theFirstStatusCounts(_ status: Int, _ words: String) throws {
        let host = try Host([
            "HTTP/1.1 \(status) \(words)\r\nContent-Length: 0\r\n\r\n", Self.tooLarge,
            // The event that is too large fails, and the next is fetched.
            "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", Self.event,
        ])
        defer { host.stop() }
        let client = try RuntimeClient(authority: "127.0.0.1:\(host.port)", readsAhead: true)
        let answer = try client.respond(to: "first", with: [1], thenNext: LoopbackConnection.Waiting())
        #expect(answer.status == status)
        #expect(answer.next.context.requestID == "next")
    }
}
