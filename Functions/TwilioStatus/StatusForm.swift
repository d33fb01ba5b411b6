import API
import Domain
import Providers
import Store
import Web

/// A report as it arrives: the form, and what the callback's URL names.
struct StatusForm: Sendable {
    var update: TwilioStatusUpdate
    var organization: OrganizationID?
    var message: MessageID?

    init(_ form: FormFields, _ request: Request) throws(TwilioFormError) {
        update = try TwilioStatusUpdate(form)
        let query = FormFields(decoding: request.rawQuery.utf8)
        organization = query?["organization"].flatMap { OrganizationID($0) }
        message = query?["message"].flatMap { MessageID($0) }
    }

    /// `nil` for a word that we don't know.
    var report: StatusReport? {
        guard let status = update.status, status != .received else { return nil }
        var report = StatusReport(
            organization: organization, message: message, kind: .whatsappTwilio, localAddress: update.from ?? "",
            providerMessageID: update.messageSID, status: status, errorCode: update.errorCode.map { String($0) },
            reason: update.errorReason)
        if status == .failed { report.fail(update) }
        return report
    }

    /// For the log.
    var note: [String: String] { ["sid": update.messageSID] }

    /// Those that decide; Twilio sends more.
    static let fields = [
        Shape.Member("MessageSid", .text(TextShape(1...200))),
        Shape.Member("MessageStatus", .plainText, about: "queued, sent, delivered, read, undelivered, failed ..."),
        Shape.Member("From", .plainText, isRequired: false),
        Shape.Member("ErrorCode", .plainText, isRequired: false),
        Shape.Member("ErrorMessage", .plainText, isRequired: false),
    ]
}

extension StatusReport {
    /// Nothing is tried again once Twilio has given up.
    fileprivate mutating func fail(_ update: TwilioStatusUpdate) {
        let sentence = update.errorReason ?? TwilioStatusUpdate.noReason
        reason = sentence
        optsOut = update.errorClass?.optsOut ?? false
        guard update.errorClass?.needsPerson ?? true else { return }
        callsPerson = "\(sentence) Nothing is tried again by itself; a person has to look."
    }
}
