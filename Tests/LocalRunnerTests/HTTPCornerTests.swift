import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import LocalRunner

/// Corners of HTTP that clients meet (RFC 9110, RFC 9112), and of extensions.
@Suite(.serialized) struct HTTPCornerTests {
    @Test func twoRequestsInOneWriteGetTwoAnswers() async throws {
        try await TestHost.with(.probe()) { host in
            let one = "GET /probe HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let client = try await RawClient.send(one + one, port: host.front.port)
            try await client.wait("both answers") { $0.text.components(separatedBy: "HTTP/1.1 200 OK").count == 3 }
            await client.close()
            let unknown = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let refused = try await RawClient.send(unknown + unknown + one, port: host.front.port)
            try await refused.wait("all answers") { $0.text.contains("HTTP/1.1 200 OK") }
            #expect(await refused.text.components(separatedBy: "HTTP/1.1 404").count == 3)
            await refused.close()
        }
    }

    /// Whoever reads is not idle, however slowly; whoever has stopped reading is.
    @Test @HostLoop func aSlowReaderIsNotCutOff() async throws {
        let listener = try await HTTPListener.bind(host: "127.0.0.1", port: 0) {
            $0.answer(.ok, [], ByteBuffer(repeating: 7, count: 32 << 20))
        }
        let client = try await ClientBootstrap(group: HostLoop.group)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: listener.port).get()
        try await client.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        let later = NIODeadline.now() + .seconds(100)
        for _ in 0..<5 {
            for _ in 0..<20 {
                client.read()
                try await Task.sleep(for: .milliseconds(20))
            }
            listener.sweep(now: later)
            #expect(listener.openConnections == 1)
        }
        try await Task.sleep(for: .milliseconds(200))
        for _ in 0..<2 { listener.sweep(now: later) }
        try await Task.sleep(for: .milliseconds(200))
        #expect(listener.openConnections == 0)
        try? await client.close()
        listener.close()
    }

    @Test(arguments: [
        ("GET /probe HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "),
        ("GET /probe HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400 "),
        ("GET /probe HTTP/1.0\r\n\r\n", "HTTP/1.0 200 "),
        ("GET /probe HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n", "HTTP/1.1 400 "),
        ("GET /probe HTTP/1.1\r\nHost: a\r\nx: \(String(repeating: "x", count: 100_000))\r\n\r\n", "HTTP/1.1 431 "),
        ("GET /probe HTTP/1.1\r\nHost: a\r\nx: \(String(repeating: "x", count: 20_000))\r\n\r\n", "HTTP/1.1 431 "),
    ])
    func aRequestIsAnsweredAsTheStandardHasIt(_ request: String, _ beginning: String) async throws {
        try await TestHost.with(.probe()) { host in
            let client = try await RawClient.send(request, port: host.front.port)
            try await client.wait("the end") { $0.isClosed }
            let text = await client.text
            #expect(text.hasPrefix(beginning), "\(text.prefix(80))")
        }
    }

    @Test func onlyHTTP11IsToldToGoOn() async throws {
        try await TestHost.with(.probe()) { host in
            let fields = "Host: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
            let new = try await RawClient.send("POST /probe/echo HTTP/1.1\r\n\(fields)", port: host.front.port)
            try await new.wait("the interim answer") { $0.text.hasPrefix("HTTP/1.1 100 ") }
            await new.close()
            let old = try await RawClient.send("POST /probe/echo HTTP/1.0\r\n\(fields)hi", port: host.front.port)
            try await old.wait("the answer") { $0.isClosed }
            #expect(await old.text.hasPrefix("HTTP/1.0 200 "))
        }
    }

    /// A process that waits for work while its extension polls again and again is still one process.
    @Test func anExtensionThatPollsWhileItsProcessIsIdleChangesNothing() async throws {
        let script = FileManager.default.temporaryDirectory.path + "/parley-extension-\(UUID().uuidString)"
        try Self.program.write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        defer { try? FileManager.default.removeItem(atPath: script) }
        let manifest = FunctionManifest.probe { $0.concurrency = 1 }
        try await TestHost.with(manifest, executable: script) { host in
            #expect(try await host.invoke("probe", "{}").text == "{}")
            try await Task.sleep(for: .milliseconds(700))
            async let one = host.invoke("probe", "{}")
            async let two = host.invoke("probe", "{}")
            #expect(try await [one.text, two.text] == ["{}", "{}"])
        }
    }

    /// K11: files and sockets that its process may have open.
    @Test(arguments: [nil, 200]) func aFunctionMayOpenWhatItDeclares(_ files: Int?) async throws {
        let script = FileManager.default.temporaryDirectory.path + "/parley-files-\(UUID().uuidString)"
        try Self.counting.write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        defer { try? FileManager.default.removeItem(atPath: script) }
        let manifest = FunctionManifest.probe { if let files { $0.files = files } }
        try await TestHost.with(manifest, executable: script) { host in
            let limit = try await host.invoke("probe", "{}")
            #expect(limit.text == String(files ?? 1024))
        }
    }

    private static let counting = """
        #!/usr/bin/env python3
        import http.client, os, resource
        api, prefix = os.environ["AWS_LAMBDA_RUNTIME_API"].split("/")
        while True:
            connection = http.client.HTTPConnection(api)
            connection.request("GET", "/" + prefix + "/2018-06-01/runtime/invocation/next")
            event = connection.getresponse()
            event.read()
            number = event.getheader("Lambda-Runtime-Aws-Request-Id")
            limit = str(resource.getrlimit(resource.RLIMIT_NOFILE)[1]).encode()
            connection = http.client.HTTPConnection(api)
            connection.request("POST", "/" + prefix + "/2018-06-01/runtime/invocation/" + number + "/response", limit)
            connection.getresponse().read()
        """

    private static let program = """
        #!/usr/bin/env python3
        import http.client, os, threading, time
        api, prefix = os.environ["AWS_LAMBDA_RUNTIME_API"].split("/")
        def call(method, path, body=None, headers={}):
            connection = http.client.HTTPConnection(api)
            connection.request(method, "/" + prefix + path, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer
        extension = call("POST", "/2020-01-01/extension/register", b'{"events":[]}', {"Lambda-Extension-Name": "busy"})
        identifier = extension.getheader("Lambda-Extension-Identifier")
        def pester():
            while True:
                time.sleep(0.05)
                connection = http.client.HTTPConnection(api)
                connection.request(
                    "GET", "/" + prefix + "/2020-01-01/extension/event/next", headers={"Lambda-Extension-Identifier": identifier})
                time.sleep(0.05)
                connection.close()
        threading.Thread(target=pester, daemon=True).start()
        while True:
            event = call("GET", "/2018-06-01/runtime/invocation/next")
            time.sleep(0.2)
            number = event.getheader("Lambda-Runtime-Aws-Request-Id")
            call("POST", "/2018-06-01/runtime/invocation/" + number + "/response", b"{}")
        """
}
