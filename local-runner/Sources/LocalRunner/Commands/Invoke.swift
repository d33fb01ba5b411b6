import ArgumentParser
import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1

/// `parley invoke NAME`: one invocation through a running host's Invoke API.
struct Invoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Invokes a function of the running host and prints its answer.",
        discussion: "Ends with status 1 when the function failed.")

    @Argument(help: "Name of the function.")
    var name: String

    @Flag(help: "Queue it (asynchronous) instead of waiting for the answer.")
    var event = false

    @Option(help: "JSON, @FILE, or - for standard input.")
    var payload = "{}"

    @Flag(help: "Print the end of the invocation's log, too.")
    var tail = false

    @Option(help: "Port of the Invoke API.")
    var controlPort = 9001

    @Option(help: "Folder of the running host: its keys open the Invoke API.")
    var data = ".parley"

    func run() async throws {
        guard let secret = Keys.read("\(data)/keys")[Keys.control] else {
            throw StartError("\(data)/keys can't be read or is not a host's; name its folder with --data")
        }
        var request = LocalRequest(path: "/\(secret)/2015-03-31/functions/\(name)/invocations")
        request.headers = [("x-amz-invocation-type", event ? "Event" : "RequestResponse")]
        if tail, !event { request.headers.append(("x-amz-log-type", "Tail")) }
        request.body = ByteBuffer(bytes: try payloadBytes())
        let answer: LocalRequest.Answer
        do {
            answer = try await request.send(port: controlPort)
        } catch {
            throw StartError("nothing answers on 127.0.0.1:\(controlPort); is `parley up` running?")
        }
        show(answer)
        let failed = answer.status >= 300 || answer.headers.contains(name: "x-amz-function-error")
        if failed { throw ExitCode(1) }
    }

    private func show(_ answer: LocalRequest.Answer) {
        if let log = answer.headers.first(name: "x-amz-log-result").flatMap(base64Decoded) {
            writeAll(STDERR_FILENO, log)
        }
        if answer.status == 202 {
            say("Queued as \(answer.headers.first(name: "x-amzn-requestid") ?? "?").")
        } else {
            writeAll(STDOUT_FILENO, Array(answer.body.readableBytesView) + [UInt8(ascii: "\n")])
        }
    }

    private func payloadBytes() throws -> [UInt8] {
        guard payload == "-" || payload.hasPrefix("@") else { return Array(payload.utf8) }
        let path = payload == "-" ? "/dev/stdin" : String(payload.dropFirst())
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw ValidationError("\(path) can't be read")
        }
        return Array(bytes)
    }
}
