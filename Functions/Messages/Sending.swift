import Access
import Conversation
import Domain
import Store
import Web

/// A person writes to a number or a known chat: found or begun, checked, queued.
extension MessagesHandler {
    func send(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(TextForm.self, limit: 64 << 10)
        let line = try await line(form.account_id, caller)
        let text = try checkedMessage(form.message, field: "message", limit: line.longestMessage)
        let recipient = try Recipient(form.number, country: line.country)
        return try await queue(request, caller, on: line, to: recipient) { PersonReply(id: $0, text: text) }
    }

    /// The file is named by its address (`url`, `mimetype`) or was uploaded (`upload_id`).
    func sendMedia(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(MediaForm.self, limit: 64 << 10)
        let line = try await line(form.account_id, caller)
        let caption = try form.caption.flatMap {
            $0.isEmpty ? nil : try checkedMessage($0, field: "caption", limit: line.longestMessage)
        }
        let recipient = try Recipient(form.number, country: line.country)
        let file = try await file(form, on: line, caller)
        return try await queue(request, caller, on: line, to: recipient) { id in
            PersonReply(
                id: id, text: caption ?? "", media: [file.reference], type: file.type,
                content: file.name.isEmpty ? nil : MessageContent(filename: file.name))
        }
    }

    func sendPoll(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(PollForm.self, limit: 64 << 10)
        let line = try await line(form.account_id, caller)
        let poll = try form.checkedPoll()
        let question = try checkedMessage(form.question, field: "question", limit: 255)
        let recipient = try Recipient(form.number, country: line.country)
        return try await queue(request, caller, on: line, to: recipient) { id in
            // Lines without polls get the same as a numbered text (ruling C23).
            line.kind == .whatsappWeb
                ? PersonReply(id: id, text: question, type: .poll, content: MessageContent(poll: poll))
                : PersonReply(id: id, text: poll.text(asking: question))
        }
    }

    private func line(_ id: String, _ caller: Caller) async throws -> LineView {
        guard let id = ChannelID(id) else { throw Fault.invalid("account_id", "This is not an id.") }
        guard let line = try await inbox.line(id, of: caller.organization) else { throw Fault(SendRefusal.noLine) }
        return line
    }

    private func queue(
        _ request: Request, _ caller: Caller, on line: LineView, to recipient: Recipient,
        _ reply: (MessageID) -> PersonReply
    ) async throws -> Response {
        try await writes.once(request, user: caller.user, organization: caller.organization) { subject in
            let conversation = try await refusing {
                switch recipient {
                case .number(let number): try await desk.thread(with: number, on: line, of: caller.organization)
                case .chat(let address): try await desk.chat(at: address, on: line, of: caller.organization)
                }
            }
            return try await queue(reply(MessageID(subject)), in: conversation, caller)
        }
    }

    private func queue(_ reply: PersonReply, in id: ConversationID, _ caller: Caller) async throws -> Response {
        guard let view = try await inbox.conversation(id, of: caller.organization) else {
            throw Fault.notFound("conversation")
        }
        try await refusing { try desk.checkSendable(view) }
        let queued = try await desk.reply(reply, in: id, of: caller.organization, by: caller.user)
        if queued.wakeNeeded { await wakeRunner() }
        return .value(
            [
                "id": .string(reply.id.text), "conversation_id": .string(id.text), "status": .string("queued"),
                "to": .string(view.remoteAddress),
            ], status: 202)
    }

    private func refusing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let refusal as SendRefusal {
            throw Fault(refusal)
        }
    }

    private struct OutgoingFile {
        let reference: MediaReference
        let type: MessageType
        let name: String
    }

    private func file(_ form: MediaForm, on line: LineView, _ caller: Caller) async throws -> OutgoingFile {
        let name = try checkedText(form.filename ?? "", field: "filename", 0...255)
        guard let uploadID = form.upload_id else {
            let type = try checkedContentType(form.mimetype, field: "mimetype")
            return OutgoingFile(
                reference: MediaReference(url: try form.checkedURL(), contentType: type),
                type: MessageType(contentType: type), name: name)
        }
        guard form.url == nil else { throw Fault.invalid("url", "Name an address or an upload, not both.") }
        guard let id = UploadID(uploadID),
            let upload = try await uploads.use(id, of: caller.organization, at: clock.now())
        else { throw Fault.invalid("upload_id", "There is no such upload, or its day is over.") }
        return OutgoingFile(
            // The session worker reads the database; a provider fetches by a signed address.
            reference: line.kind == .whatsappWeb
                ? MediaReference(upload: upload)
                : MediaReference(url: links.url(of: id, in: caller.organization), contentType: upload.contentType),
            type: MessageType(contentType: upload.contentType), name: name.isEmpty ? upload.filename : name)
    }
}

extension LineView {
    /// UTF-16 units. Twilio's limit is 1,600; longer texts than ours nobody reads on a phone.
    fileprivate var longestMessage: Int { kind == .whatsappWeb ? 4_096 : 1_600 }
}

extension MessageContent.Poll {
    fileprivate func text(asking question: String) -> String {
        ([question, ""] + options.enumerated().map { "\($0 + 1). \($1)" }).joined(separator: "\n")
    }
}
