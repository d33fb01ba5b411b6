import Web

extension TwilioAPI {
    var mediaEndpoints: [Endpoint] {
        let base = "/2010-04-01/Accounts/{account}/Messages/{message}/Media"
        return [
            guarded("GET \(base).json", .list, listMedia),
            guarded("GET \(base)/{sid}", .list, media),
            guarded("DELETE \(base)/{sid}", .list, deleteMedia),
        ]
    }

    private func listMedia(_ request: Web.Request) async throws -> Reply {
        let message = try await mediaOwner(request)
        return .json(
            try TwilioPage.json("media_list", message.media.map { json($0, of: message) }, request: request))
    }

    /// `{sid}.json` describes the file; `{sid}` redirects to its bytes, which need no credentials, as Twilio's CDN does.
    private func media(_ request: Web.Request) async throws -> Reply {
        let message = try await mediaOwner(request)
        let sid = request.resource("sid") ?? request.pathParameter("sid")
        guard let media = message.media.first(where: { $0.sid == sid }) else {
            throw TwilioRefusal.notFound(request.path)
        }
        if request.resource("sid") != nil { return .json(json(media, of: message)) }
        let isAbsolute = media.source.contains("://")
        let host = request.headers["host"] ?? "127.0.0.1"
        let location = isAbsolute ? media.source : "http://\(host)/sandbox/samples/\(media.source)"
        return .whole(Response(status: 307, headers: Headers([(name: "location", value: location)])))
    }

    private func deleteMedia(_ request: Web.Request) async throws -> Reply {
        let message = try await mediaOwner(request)
        guard let sid = request.resource("sid"), message.media.contains(where: { $0.sid == sid }) else {
            throw TwilioRefusal.notFound(request.path)
        }
        _ = await twilio.update(message.sid) { $0.media.removeAll { $0.sid == sid } }
        return .noContent
    }

    private func mediaOwner(_ request: Web.Request) async throws -> Message {
        guard let message = await twilio.message(request.pathParameter("message")) else {
            throw TwilioRefusal.notFound(request.path)
        }
        return message
    }

    private func json(_ media: Message.Media, of message: Message) -> JSONValue {
        let uri =
            "/2010-04-01/Accounts/\(configuration.twilioAccountSID)/Messages/\(message.sid)/Media/\(media.sid).json"
        return [
            "account_sid": .string(configuration.twilioAccountSID), "content_type": .string(media.contentType),
            "date_created": TwilioDates.json(message.createdAt), "date_updated": TwilioDates.json(message.updatedAt),
            "parent_sid": .string(message.sid), "sid": .string(media.sid), "uri": .string(uri),
        ]
    }
}
