import API
import Providers
import Web

extension Fault {
    /// Sent by us, or on a line of a kind that has no files.
    static let noSource = Fault(status: 404, code: "not-kept", detail: "This file is not kept here.")
    static let fileTooLarge = Fault(status: 413, code: "file-too-large", detail: "The file is larger than 4.5 MB.")
    static let lineDeleted = Fault(
        status: 410, code: "line-deleted", detail: "The line was deleted, and with it what opened its files.")
    static let notKept = Fault(
        status: 410, code: "keys-gone",
        detail: "What opened this file is gone: its phone was unlinked, or 90 days have passed. "
            + "The customer has to send it again.")
}

extension TwilioMediaError: FaultConvertible {
    var fault: Fault {
        switch self {
        case .gone: Fault(status: 410, code: "gone", detail: description)
        case .tooLarge: Fault(status: 413, code: "file-too-large", detail: description)
        case .notTwilio, .refused: Fault(status: 502, code: "provider", detail: description)
        case .retry: Fault(status: 503, code: "unavailable", detail: description, retryAfter: 5)
        }
    }
}

extension WhatsAppFileError: FaultConvertible {
    var fault: Fault {
        switch self {
        case .gone: Fault(status: 410, code: "gone", detail: description)
        case .tooLarge: .fileTooLarge
        case .damaged: Fault(status: 502, code: "file-damaged", detail: description)
        case .retry: Fault(status: 503, code: "unavailable", detail: description, retryAfter: 5)
        }
    }
}

extension DocumentedFault {
    static let files = [
        DocumentedFault(404, "not-kept", "This file is not kept here."),
        DocumentedFault(410, "gone", "The provider no longer holds the file."),
        DocumentedFault(410, "line-deleted", "The channel was deleted, and with it what opened its files."),
        DocumentedFault(410, "keys-gone", "What opened the file is gone; the customer has to send it again."),
        DocumentedFault(413, "file-too-large", "The file is larger than can be shown."),
        DocumentedFault(502, "provider", "The provider refused to hand it out."),
        DocumentedFault(502, "file-damaged", "It is not the file that was sent."),
    ]
}
