import Domain
import FoundationEssentials
package import Providers

extension ChannelSender {
    /// WhatsApp and SMS through the platform's Twilio account.
    ///
    /// - Parameter statusCallback: where Twilio reports, `https://.../api/hooks/twilio/status`; the organization and our message id are added, so
    ///   that a report also settles a send whose answer was lost.
    package static func twilio(_ client: TwilioClient, statusCallback: String) -> ChannelSender {
        ChannelSender(
            send: { draft in
                do throws(TwilioError) {
                    let message = try await client.send(TwilioDraft(draft, statusCallback: statusCallback))
                    return .accepted(providerID: message.sid)
                } catch {
                    return SendResult(error)
                }
            },
            reconcile: { draft, since in
                try await client.messages(draft.to, draft.from, since).map(SentMessage.init)
            },
            showTyping: { messageID in
                // A missing typing indicator is no reason to say anything to anybody.
                _ = try? await client.showTyping(messageID)
            },
            longest: TwilioClient.timeout)
    }
}

extension SentMessage {
    /// A word that is new says only that Twilio has it.
    fileprivate init(_ message: TwilioMessage) {
        let status = MessageStatus(twilio: message.status) ?? .sent
        self.init(
            providerID: message.sid, body: message.body, createdAt: message.createdAt,
            status: status == .cancelled || status == .received ? .sent : status,
            errorCode: message.errorCode.map { String($0) },
            reason: message.errorCode.map(TwilioErrorClass.sentence) ?? TwilioStatusUpdate.noReason,
            optsOut: status == .failed && message.errorCode.map { TwilioErrorClass(code: $0).optsOut } ?? false)
    }
}

extension TwilioDraft {
    fileprivate init(_ draft: ChannelDraft, statusCallback: String) {
        self.init(
            to: draft.to, from: draft.from, body: draft.body, mediaURLs: draft.mediaURLs,
            statusCallback: "\(statusCallback)?organization=\(draft.organization.text)&message=\(draft.id.text)")
    }
}

extension SendResult {
    fileprivate init(_ error: TwilioError) {
        let code = error.code.map { String($0) }
        switch error.kind {
        case .windowClosed: self = .windowClosed(code: code, reason: error.reason)
        case .optedOut: self = .optedOut(code: code, reason: error.reason)
        case .retry(let after): self = .later(after: after, reason: error.reason)
        case .permanent: self = .refused(code: code, reason: error.reason)
        case .unknown: self = .unknown(reason: error.reason)
        }
    }
}
