import API
import Access
import Conversation
import Domain
import Store
import Web

extension Endpoint {
    static let sendMedia = Endpoint(
        .post, "/api/v1/messages/media", also: ["POST /api/messages/send/media"],
        "Sends a file, named by its address (`url`, `mimetype`) or as an upload (`upload_id`).",
        for: .member(.agent, scope: KeyScope(.messages, .write)), takes: .body(MediaForm.form),
        answers: .accepted(QueuedMessage.answer),
        faults: DocumentedFault.sending + DocumentedFault.starting, repeats: .once, limits: .sending,
        example: [
            "channel_id": .string(Example.channel), "number": .string(Example.phone),
            "url": "https://example.com/menu.pdf", "mimetype": "application/pdf", "caption": "Our menu",
        ]
    ) { call, sent in
        let channel = try await call.channel(of: sent.destination)
        try channel.checkLength(of: sent.caption, field: "caption")
        let file = try await call.file(sent, on: channel)
        return try await call.send(to: sent.destination, on: channel) { id in
            PersonReply(
                id: id, text: sent.caption, media: [file.reference], type: MessageType(contentType: file.contentType),
                content: file.name.isEmpty ? nil : MessageContent(filename: file.name))
        }
    }
}

private struct MediaForm {
    var destination = Destination()
    var url: String?
    var contentType: String?
    var upload: UploadID?
    var filename = ""
    var caption = ""

    static let form = Form(MediaForm()) {
        $0.destination(\.destination)
        $0.optional("url", \.url, .fileAddress)
        $0.optional("mimetype", \.contentType, .contentType, about: "Of the file at `url`.")
        $0.optional("upload_id", \.upload, .id(of: "upload"), about: "What `POST /api/v1/uploads` answered.")
        $0.optional("filename", \.filename, .text(0...255))
        $0.optional("caption", \.caption, .text(0...ChannelRecord.longestMessage))
        $0.rule { file throws(Fault) in try file.checkSource() }
    }

    private func checkSource() throws(Fault) {
        guard upload == nil else {
            guard url == nil else { throw .invalid("url", "Name an address or an upload, not both.") }
            return
        }
        guard contentType != nil else { throw .invalid("mimetype", "What kind of file is it? For example image/jpeg.") }
        guard url != nil else { throw .invalid("url", "Name the file by url and mimetype, or by upload_id.") }
    }
}

private struct OutgoingFile {
    var reference: MediaReference
    var contentType: String
    var name: String
}

extension Call<Member> {
    fileprivate func file(_ sent: MediaForm, on channel: ChannelRecord) async throws -> OutgoingFile {
        guard let id = sent.upload else {
            let reference = MediaReference(url: sent.url ?? "", contentType: sent.contentType ?? "")
            return OutgoingFile(reference: reference, contentType: reference.contentType, name: sent.filename)
        }
        guard let upload = try await api.uploads.use(id, of: organization, at: now) else {
            throw Fault.invalid("upload_id", "There is no such upload, or its day is over.")
        }
        return OutgoingFile(
            reference: try reference(to: upload, on: channel), contentType: upload.contentType,
            name: sent.filename.isEmpty ? upload.filename : sent.filename)
    }

    /// The session worker reads the database; a provider fetches by a signed address.
    private func reference(to upload: Upload, on channel: ChannelRecord) throws -> MediaReference {
        guard channel.kind != .whatsappWeb else { return MediaReference(upload: upload) }
        return MediaReference(
            url: try api.uploadLinks.url(of: upload.id, in: organization), contentType: upload.contentType)
    }
}

extension FieldType<String> {
    /// Where a provider fetches a file.
    fileprivate static let fileAddress = FieldType.text(
        1...2_000, pattern: "[Hh][Tt][Tt][Pp][Ss]?://[!-~]+",
        "Write a whole address, like https://example.com/menu.pdf."
    ) { text in
        let plain = text.lowercased()
        return (plain.hasPrefix("https://") || plain.hasPrefix("http://"))
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

extension MessageType {
    fileprivate init(contentType: String) {
        switch contentType.split(separator: "/").first {
        case "image": self = .image
        case "video": self = .video
        case "audio": self = .audio
        default: self = .document
        }
    }
}
