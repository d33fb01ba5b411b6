import FoundationEssentials
import WhatsAppWire

/// What people and other programs do with a test server, as HTTP and JSON. Loopback only; never part of WhatsApp.
///
/// - `GET /server`, `GET /waiting`: clients that show codes; `GET /accounts`, `GET /contacts`, `GET /groups`
/// - `GET /conversation?person=&account=`: as the person's phone shows it
/// - `GET /messages?after=&limit=`: what simulated devices decrypted; `GET /events?after=&limit=`: everything
/// - `POST /phone/scan` `{qr, number, name}`, `POST /phone/code` `{code, number, name}`
/// - `POST /phone/send` `{account, to, text, ...}`: typed by the owner; `POST /phone/unlink` `{account, device}`
/// - `POST /contacts` `{number, name, appearance, read_receipts}`
/// - `POST /contacts/send` `{from, to, text, ...}`, `POST /contacts/typing` `{from, to, typing}`
/// - `POST /contacts/devices` `{number}`, `POST /contacts/reinstall` `{number}`
/// - `POST /groups` `{subject, members, addressing}`, `POST /groups/send` `{group, from, text, ...}`
/// - `POST /groups/members` `{group, add | remove}`
/// - `GET /faults`, `POST /faults` (see `Fault`), `DELETE /faults`
///
/// A message is `text`, or one of the other members of `Draft`.
@ServerLoop
package struct ServerControl {
    package struct Answer: Sendable {
        package let status: Int
        package let body: [UInt8]
    }

    let server: WhatsAppServer

    package init(_ server: WhatsAppServer) {
        self.server = server
    }

    /// - Parameters:
    ///   - path: below wherever the API is mounted: `/accounts`.
    ///   - query: its parameters, decoded.
    package func answer(method: String, path: String, query: [String: String], body: [UInt8]) async -> Answer {
        do {
            switch method {
            case "GET": return try read(path, query)
            case "POST": return try await act(path, body)
            case "DELETE" where path == "/faults":
                server.clearFaults()
                return Answer(status: 204, body: [])
            default: return refusal(405, "Only GET, POST, and DELETE of /faults.")
            }
        } catch let error as ActionError {
            return refusal(409, error.description)
        } catch is DecodingError {
            return refusal(400, "The body is not the JSON that \(path) takes.")
        } catch {
            return refusal(409, "\(error)")
        }
    }

    // MARK: Looking

    private func read(_ path: String, _ query: [String: String]) throws -> Answer {
        let after = query["after"].flatMap { Int($0) } ?? 0
        let limit = min(max(query["limit"].flatMap { Int($0) } ?? 200, 1), 1_000)
        switch path {
        case "/server":
            return json(ServerView(url: server.url, rootKey: server.rootKey, mediaURL: server.mediaURL))
        case "/accounts": return json(["accounts": server.accounts()])
        case "/contacts": return json(["contacts": server.contacts()])
        case "/groups": return json(["groups": server.groups()])
        case "/faults": return json(["faults": server.network.faults.planned])
        case "/conversation":
            return json(server.conversation(of: query["person"] ?? "", with: query["account"] ?? ""))
        case "/waiting": return json(WaitingView(codes: server.waitingForScan, numbers: server.waitingForCode))
        case "/events": return json(["events": server.remembered(after: after, limit: limit)])
        case "/messages":
            let all = server.remembered(after: after, limit: .max)
            return json(["messages": Array(all.filter { $0.kind == .message || $0.kind == .copy }.prefix(limit))])
        default: return refusal(404, "There is nothing at \(path).")
        }
    }

    // MARK: Acting

    private func act(_ path: String, _ body: [UInt8]) async throws -> Answer {
        switch path {
        case "/phone/scan":
            let request = try JSONLine.decode(Scan.self, body)
            return json(try await server.scan(request.qr, as: request.number, name: request.name), status: 201)
        case "/phone/code":
            let request = try JSONLine.decode(Code.self, body)
            return json(try await server.enter(code: request.code, as: request.number, name: request.name), status: 201)
        case "/phone/unlink":
            try server.unlink(try JSONLine.decode(Unlinking.self, body).line)
            return Answer(status: 204, body: [])
        case "/phone/send":
            let request = try JSONLine.decode(OwnMessage.self, body)
            return sent(try server.write(JSONLine.decode(Draft.self, body), from: request.account, to: request.to))
        case "/contacts/send":
            let request = try JSONLine.decode(ContactMessage.self, body)
            try server.contact(request.from)
            return sent(try server.write(JSONLine.decode(Draft.self, body), from: request.from, to: request.to))
        case "/groups/send":
            let request = try JSONLine.decode(GroupMessage.self, body)
            return sent(try server.write(JSONLine.decode(Draft.self, body), from: request.from, toGroup: request.group))
        case "/faults":
            server.inject(try JSONLine.decode(Fault.self, body))
            return Answer(status: 204, body: [])
        default: return try change(path, body)
        }
    }

    private func change(_ path: String, _ body: [UInt8]) throws -> Answer {
        switch path {
        case "/contacts":
            let request = try JSONLine.decode(ContactChange.self, body)
            let contact = try server.contact(request.number, name: request.name, appearance: request.appearance)
            if let sends = request.readReceipts { server.setSendsReadReceipts(sends, of: contact.number) }
        case "/contacts/typing":
            let request = try JSONLine.decode(Typing.self, body)
            try server.type(from: request.from, to: request.to, isTyping: request.typing ?? true)
        case "/contacts/devices": _ = try server.addDevice(to: try JSONLine.decode(Named.self, body).number)
        case "/contacts/reinstall": try server.reinstall(try JSONLine.decode(Named.self, body).number)
        case "/groups":
            let request = try JSONLine.decode(NewGroup.self, body)
            let jid = try server.makeGroup(
                request.subject, members: request.members, namesHiddenUsers: request.addressing != "pn")
            return json(["group": jid], status: 201)
        case "/groups/members":
            let request = try JSONLine.decode(Membership.self, body)
            if let number = request.add { try server.add(number, toGroup: request.group) }
            if let number = request.remove { try server.remove(number, fromGroup: request.group) }
        default: return refusal(404, "There is nothing at \(path).")
        }
        return Answer(status: 204, body: [])
    }

    private func sent(_ id: String) -> Answer { json(["id": id], status: 201) }
    private func refusal(_ status: Int, _ detail: String) -> Answer { json(["detail": detail], status: status) }

    private func json(_ value: some Encodable, status: Int = 200) -> Answer {
        Answer(status: status, body: JSONLine.bytes(value))
    }
}
