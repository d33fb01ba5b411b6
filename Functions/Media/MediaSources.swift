import API
import Domain
import Environment
import FunctionHost
import Providers
import Store
import Web
import WhatsAppWire

/// Where files that came with messages are fetched.
struct MediaSources: Sendable {
    /// `nil` when no account of Twilio's is configured.
    let twilio: (@Sendable (Domain.MediaReference) async throws(TwilioMediaError) -> TwilioFile)?
    let whatsApp: WhatsAppFiles
    /// Opens what session workers sealed; `nil` when the installation has no keys, and so no WhatsApp Web lines.
    let box: SecretBox?

    func fetch(
        _ file: Domain.MediaReference, of stored: StoredMedia, in organization: OrganizationID, _ inbox: InboxReads
    ) async throws -> FetchedFile {
        if stored.kind == .whatsappTwilio, let twilio {
            let fetched = try await twilio(file)
            return FetchedFile(bytes: fetched.bytes, contentType: fetched.contentType)
        }
        if stored.kind == .whatsappWeb, let box, let key = LineKey(fileAt: file.url) {
            return try await open(key, of: stored, in: organization, inbox, box)
        }
        throw Fault.noSource
    }

    /// What opens the file is the line's, and goes with it.
    private func open(
        _ key: LineKey, of stored: StoredMedia, in organization: OrganizationID, _ inbox: InboxReads, _ box: SecretBox
    ) async throws -> FetchedFile {
        guard !stored.isLineDeleted else { throw Fault.lineDeleted }
        guard let kept = try await inbox.sealed(key, of: stored.channel, in: organization, box: box),
            case .media(let file) = try? ReceivedMessage(kept).body
        else { throw Fault.notKept }
        let bytes = try await whatsApp.download(file, limit: FetchedFile.limit)
        return FetchedFile(bytes: bytes, contentType: file.mimeType)
    }
}

extension MediaSources {
    init(_ api: APIEnvironment) throws {
        let configuration = api.configuration
        twilio = try Self.twilio(api)
        whatsApp = WhatsAppFiles(
            http: api.outside.http, hosts: try MediaHosts(testServer: configuration.whatsAppTestServer))
        box = try configuration.secret(.secretKeys).map { try SecretBox(keys: $0) }
    }

    private static func twilio(
        _ api: APIEnvironment
    ) throws(ConfigurationError) -> (@Sendable (Domain.MediaReference) async throws(TwilioMediaError) -> TwilioFile)? {
        let configuration = api.configuration
        guard let account = configuration.twilioAccountSID, let token = try configuration.twilioAuthToken else {
            return nil
        }
        let media = TwilioMedia(
            http: api.outside.http, accountSID: account, authToken: token,
            apiBaseURL: configuration.twilioAPIBaseURL)
        return { file async throws(TwilioMediaError) in try await media.download(file) }
    }
}

extension StoredMedia {
    /// - Parameter position: as it stands in a path, counted from 0.
    func file(at position: String) -> Domain.MediaReference? {
        Int(position).flatMap { files.indices.contains($0) ? files[$0] : nil }
    }
}
