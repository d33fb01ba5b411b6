import Foundation
import Glibc
import HTTPServer
import NIOCore
import NIOHTTP1
import Support
import Testing

@testable import LocalRunner

/// A program that runs as long as the host and serves paths of its own (`"persistent": true`).
@Suite(.serialized) struct PersistentTests {
    /// Streams, echoes its environment, dies on request, and says when a viewer left and when it was told to stop.
    private static let program = """
        #!/usr/bin/env python3
        import http.server, os, resource, signal, sys, time

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *arguments): pass
            def do_GET(self):
                if self.path == "/stream/die": os._exit(3)
                if self.path == "/stream/environment":
                    return self.answer(",".join(sorted(os.environ)).encode())
                if self.path == "/stream/files":
                    return self.answer(str(resource.getrlimit(resource.RLIMIT_NOFILE)[1]).encode())
                if self.path == "/stream/pid": return self.answer(str(os.getpid()).encode())
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                number = 0
                try:
                    while True:
                        number += 1
                        data = b"data: %d\\n\\n" % number
                        self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(data), data))
                        self.wfile.flush()
                        time.sleep(0.02)
                except OSError:
                    print("a viewer left", flush=True)
                    self.close_connection = True
            def answer(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def stop(*arguments):
            print("told to stop", flush=True)
            os._exit(0)

        signal.signal(signal.SIGTERM, stop)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
        print("listening", flush=True)
        server.serve_forever()

        """

    private static var manifest: FunctionManifest {
        var manifest = FunctionManifest(name: "streamer")
        manifest.persistent = true
        manifest.secrets = ["DATABASE_URL"]
        manifest.files = 300
        manifest.forward = [
            "GET /stream", "GET /stream/die", "GET /stream/environment", "GET /stream/files", "GET /stream/pid",
        ]
        return manifest
    }

    @Test func itMayOpenWhatItDeclares() async throws {
        try await withStreamer { host in
            let files = try await host.request(.GET, "/stream/files")
            #expect(files.text == "300")
        }
    }

    private func withStreamer(
        front: FrontServer.Settings? = nil, _ body: (TestHost) async throws -> Void
    ) async throws {
        let script = FileManager.default.temporaryDirectory.path + "/parley-streamer-\(UUID().uuidString)"
        try Self.program.write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        defer { try? FileManager.default.removeItem(atPath: script) }
        try await TestHost.with(Self.manifest, executable: script, front: front) { host in
            await host.host.startPersistent()
            try await pid(host, besides: nil)
            try await body(host)
        }
    }

    /// Asks until it answers, for at most a minute.
    @discardableResult
    private func pid(_ host: TestHost, besides other: String?) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if let answer = try? await host.request(.GET, "/stream/pid"), answer.status == 200, answer.text != other {
                return answer.text
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw TestSetupError("the program doesn't answer: \(await host.log("streamer"))")
    }

    private func waitForLog(_ words: String, _ host: TestHost) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while await !host.log("streamer").contains(words) {
            guard ContinuousClock.now < deadline else { throw TestSetupError("\(words) is not in the log") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func anAnswerIsStreamedAndEndsWithItsViewer() async throws {
        try await withStreamer { host in
            let port = await host.front.port
            let viewers = [
                try await RawClient.get("/stream?x=1", port: port), try await RawClient.get("/stream", port: port),
            ]
            for viewer in viewers { try await viewer.wait("events") { $0.text.contains("data: 3\n\n") } }
            #expect(await viewers[0].text.lowercased().contains("content-type: text/event-stream"))
            await viewers[0].close()
            try await waitForLog("a viewer left", host)
            let seen = await viewers[1].text.count
            try await viewers[1].wait("further events") { $0.text.count > seen + 100 }
        }
    }

    @Test func itHasTheFunctionsEnvironmentButNotTheRuntimeAPI() async throws {
        try await withStreamer { host in
            let names = try await host.request(.GET, "/stream/environment").text.split(separator: ",")
            #expect(names.contains("DATABASE_URL") && names.contains("PUBLIC_URL") && names.contains("PORT"))
            #expect(FunctionManifest.reserved.subtracting(["TZ"]).isDisjoint(with: names.map(String.init)))
        }
    }

    @Test func itComesBackAfterItsEndAndItsViewersAreCutOff() async throws {
        try await withStreamer { host in
            let first = try await pid(host, besides: nil)
            let viewer = try await RawClient.get("/stream", port: await host.front.port)
            try await viewer.wait("events") { $0.text.contains("data: 1\n\n") }
            let answer = try await host.request(.GET, "/stream/die")
            #expect(answer.status == 502)
            try await viewer.wait("its end") { $0.isClosed }
            // Down, it is said so at once; then it is back.
            try await pid(host, besides: first)
            #expect(await host.log("streamer").contains("ended: exit status 3; starting it again in "))
        }
    }

    @Test func stoppingTellsItFirst() async throws {
        var log = ""
        try await withStreamer { host in
            await host.host.persistent["streamer"]?.stop()
            log = await host.log("streamer")
            let answer = try await host.request(.GET, "/stream")
            #expect(answer.status == 503)
            #expect(try answer.json()["type"] as? String == "urn:parley:problem:unavailable")
        }
        #expect(log.contains("told to stop"))
    }

    @Test func otherOriginsAndUnknownPathsAreTreatedAsForFunctions() async throws {
        try await withStreamer(front: .settings(trusting: "", cors: "https://app.example")) { host in
            let allowed = try await host.request(.GET, "/stream/pid", headers: [("origin", "https://app.example")])
            #expect(allowed.headers.first(name: "access-control-allow-origin") == "https://app.example")
            #expect(try await host.request(.POST, "/stream").status == 405)
            #expect(try await host.request(.GET, "/streams").status == 404)
        }
    }

    @Test func aProgramThatCannotRunIsTriedAgainAndSaid() async throws {
        try await TestHost.with(Self.manifest, executable: "/bin/false") { host in
            await host.host.startPersistent()
            try await waitForLog("ended: exit status 1; starting it again in ", host)
            #expect(try await host.request(.GET, "/stream").status == 503)
        }
    }

    /// As `parley up` runs it: after the migrations, with its log, dead with a killed host.
    @Test func parleyRunsItAndItDiesWithParley() async throws {
        let declaration =
            #"{"name":"streamer","persistent":true,"connections":2,"forward":["GET /stream","GET /stream/pid"]}"#
        try await TestDatabase.with { database in
            let parley = try await RunningParley(
                functions: ["streamer": declaration], database: database, arguments: ["--verbose"])
            let bootstrap = "\(parley.data)/functions/streamer/bootstrap"
            try Self.program.write(toFile: bootstrap, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bootstrap)
            do {
                try await parley.start()
                var process: pid_t?
                try await parley.wait("the program") {
                    let answer = try await LocalRequest(method: .GET, path: "/stream/pid").send(port: parley.port)
                    process = answer.status == 200 ? pid_t(answer.text) : nil
                    return process != nil
                }
                let pid = try #require(process)
                try await parley.wait("its log line") { await parley.text.contains("streamer | listening") }
                try await parley.signal(SIGKILL)
                try await parley.wait("the program's end") { !isAlive(pid) }
            } catch {
                if await parley.ending == nil { try? await parley.signal(SIGKILL) }
                await parley.remove()
                throw error
            }
            await parley.remove()
        }
    }
}
