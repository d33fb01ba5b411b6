import Foundation
import FoundationNetworking
import Support
import Testing
import WhatsAppServer
import WhatsAppWire

@Suite(.timeLimit(.minutes(2))) struct ControlTests {
    private struct Control: Sendable {
        let port: Int

        func call(
            _ method: String, _ path: String, _ body: String? = nil, type: String = "application/json"
        ) async throws -> (status: Int, text: String) {
            var request = URLRequest(
                url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")), timeoutInterval: 20)
            request.httpMethod = method
            if let body {
                request.httpBody = Data(body.utf8)
                request.setValue(type, forHTTPHeaderField: "content-type")
            }
            let (data, response) = try await URLSession.shared.data(for: request)
            return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
        }
    }

    private func withControl(_ body: (WhatsAppServer, Control) async throws -> Void) async throws {
        try await withServer { server in
            let listener = try await ControlListener.open(await ServerControl(server), port: 0)
            try await body(server, Control(port: listener.port))
            await listener.close()
        }
    }

    @Test func aWholeConversation() async throws {
        try await withControl { server, control in
            let client = MirrorClient(server)
            let code = try await client.showCode()
            async let scanned = control.call(
                "POST", "/phone/scan", #"{"qr":"\#(code)","number":"15550001111","name":"Shop"}"#)
            try await client.finishPairing()
            let answer = try await scanned
            #expect(answer.status == 201 && answer.text == #"{"device":1,"number":"15550001111"}"#)
            try await client.logIn()
            let sent = try await control.call(
                "POST", "/contacts/send", #"{"from":"15552223333","to":"15550001111","text":"Hi"}"#)
            let id = try #require(try JSONDecoder().decode([String: String].self, from: Data(sent.text.utf8))["id"])
            let chat = try await client.message { $0.message.id == id }.message.chat
            try await client.send(.text("Hello"), to: chat, id: "A")
            _ = try await server.next(.message)
            let messages = try await control.call("GET", "/messages")
            #expect(messages.text.contains(#""text":"Hello""#) && !messages.text.contains(#""text":"Hi""#))
            let accounts = try await control.call("GET", "/accounts")
            #expect(accounts.text.contains(#""connected":true"#) && accounts.text.contains(#""name":"Shop""#))
            let group = try await control.call(
                "POST", "/groups", #"{"subject":"G","members":["15552223333","15550001111"]}"#)
            #expect(group.status == 201 && group.text.contains("@g.us"))
            let fault = try await control.call("POST", "/faults", #"{"kind":"busy","account":"15550001111"}"#)
            #expect(fault.status == 204)
            #expect(Ending(try await client.node("stream:error"))?.cause == .serverBusy)
        }
    }

    @Test func refusals() async throws {
        try await withControl { _, control in
            let cases: [(String, String, String?, Int)] = [
                ("GET", "/nothing", nil, 404), ("PUT", "/accounts", nil, 405), ("POST", "/nothing", "{}", 404),
                ("POST", "/phone/scan", "{", 400), ("POST", "/phone/scan", #"{"qr":"x","number":"1"}"#, 409),
                ("POST", "/contacts", #"{"number":"abc"}"#, 409), ("POST", "/faults", #"{"kind":"flood"}"#, 400),
                ("POST", "/contacts/send", #"{"from":"15552223333","to":"1","text":"Hi"}"#, 409),
            ]
            for (method, path, body, status) in cases {
                let answer = try await control.call(method, path, body)
                #expect(answer.status == status, "\(method) \(path): \(answer.text)")
            }
            let form = try await control.call("POST", "/faults", "kind=cut", type: "application/x-www-form-urlencoded")
            #expect(form.status == 415, "a page of another site could send this")
        }
    }
}
