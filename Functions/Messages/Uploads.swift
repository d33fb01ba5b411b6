import API
import Access
import Domain
import FoundationEssentials
import Store
import Web

extension Endpoint {
    static let uploadFile = Endpoint(
        .post, "/api/v1/uploads", "Keeps a file for a day, to be sent with its id.",
        for: .member(.agent, scope: KeyScope(.messages, .write)), takes: .bytes(query: UploadQuery.form),
        limit: UploadStore.largest,
        answers: .one(UploadReceipt.answer, status: 201),
        faults: [DocumentedFault(409, "uploads-full", "There is no room for more files.")], repeats: .once,
        limits: .sending
    ) { call, query in
        guard !call.request.body.isEmpty else { throw Fault.malformed("The body is the file; it is empty.") }
        let upload = Upload(
            id: UploadID(call.subject), contentType: try call.request.checkedContentType(), filename: query.filename,
            bytes: Data(call.request.body))
        guard try await call.uploads.keep(upload, of: call.organization, by: call.user, at: call.now) else {
            throw Fault.conflict(
                "uploads-full", "There is no room for more files; those that were sent go after a day.")
        }
        return UploadReceipt(upload: upload, expiresAt: call.now.addingTimeInterval(UploadStore.lifetime))
    }

    /// For providers, which have no session: the signature in the address is the permission.
    static let readFile = Endpoint(
        .get, "/api/v1/files/{token}", "A file that is being sent; its address goes to providers and lasts a day.",
        for: .upload, path: ["token": .text(TextShape(1...4096))], answers: .bytes("*/*")
    ) { call in
        let file = try await call.uploads.read(call.caller.upload, of: call.caller.organization, at: call.now)
            .found("file")
        return Response(
            status: 200,
            headers: Headers([
                ("content-type", file.contentType), ("cache-control", "private, no-store"),
                // Never a page of ours, whatever it says it is.
                ("content-disposition", "attachment"), ("content-security-policy", "sandbox; default-src 'none'"),
            ]),
            body: [UInt8](file.bytes))
    }
}

extension Admittance<UploadPlace> {
    fileprivate static let upload = Admittance.token(purpose: UploadLinks.purpose, of: "file") { token, api in
        try api.uploadLinks.place(token)
    }
}

private struct UploadQuery {
    var filename = ""

    static let form = Form(UploadQuery()) {
        $0.optional("filename", \.filename, .text(0...255), about: "As the customer sees it.")
    }
}

private struct UploadReceipt {
    var upload: Upload
    var expiresAt: Date

    static let answer = Answer<UploadReceipt> {
        $0.field("id", \.upload.id)
        $0.field("content_type", \.upload.contentType)
        $0.field("filename", \.upload.filename)
        $0.field("size", \.upload.bytes.count, about: "Bytes.")
        $0.field("expires_at", \.expiresAt)
    }
}

extension Request {
    fileprivate func checkedContentType() throws(Fault) -> String {
        try FieldType.contentType.read(.string(headers["content-type"] ?? ""), "content-type")
    }
}
