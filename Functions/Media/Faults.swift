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

    init(_ error: TwilioMediaError) {
        switch error {
        case .gone: self.init(status: 410, code: "gone", detail: error.description)
        case .tooLarge: self.init(status: 413, code: "file-too-large", detail: error.description)
        case .notTwilio, .refused: self.init(status: 502, code: "provider", detail: error.description)
        case .retry: self.init(status: 503, code: "unavailable", detail: error.description, retryAfter: 5)
        }
    }

    init(_ error: WhatsAppFileError) {
        switch error {
        case .gone: self.init(status: 410, code: "gone", detail: error.description)
        case .tooLarge: self = .fileTooLarge
        case .damaged: self.init(status: 502, code: "file-damaged", detail: error.description)
        case .retry: self.init(status: 503, code: "unavailable", detail: error.description, retryAfter: 5)
        }
    }
}
