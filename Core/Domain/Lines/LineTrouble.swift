/// Why a line is not answering, in words its owner understands, and what they can do about it: the link doctor.
///
/// Every way a WhatsApp Web connection ends is one of these, so that no line ever stops without
/// a stated reason.
package enum LineTrouble: String, Sendable, CaseIterable {
    case waitingForScan, codesUsedUp, pairingRefused
    case passkeyRequired, passkeyConfirm
    case unlinked, phoneGone, banned, temporaryBan
    case replaced, outdated, badClient
    case connectionLost, serverBusy, rateLimited
    case untrustedServer, numberTaken, unreadable
    case stoppedByOwner, noWorker

    /// The status a line has with this trouble.
    package var status: LineStatus {
        switch self {
        case .waitingForScan: .qrPending
        case .codesUsedUp, .numberTaken, .pairingRefused: .disconnected
        case .passkeyRequired: .passkeyRequired
        case .passkeyConfirm: .passkeyConfirm
        case .unlinked, .phoneGone, .banned: .authFailed
        case .temporaryBan: .banned
        case .replaced, .stoppedByOwner: .stopped
        case .outdated, .badClient, .untrustedServer, .unreadable: .error
        case .connectionLost, .serverBusy, .rateLimited: .reconnecting
        case .noWorker: .starting
        }
    }

    /// One sentence: what happened.
    package var sentence: String {
        switch self {
        case .waitingForScan: "The line waits for its code to be scanned."
        case .codesUsedUp: "Nobody scanned the code, and WhatsApp gives out no more of them for this attempt."
        case .pairingRefused: "The phone did not accept the link."
        case .passkeyRequired: "WhatsApp asks the phone's owner to confirm this link with a passkey."
        case .passkeyConfirm: "The passkey was accepted; the phone shows a code that must be compared."
        case .unlinked: "This device was unlinked on the phone."
        case .phoneGone: "The phone of this number is gone, or its account is locked."
        case .banned: "WhatsApp has banned this number."
        case .temporaryBan: "WhatsApp has suspended this number for a while."
        case .replaced: "The same line was opened elsewhere; it stays closed here, so that the two do not fight."
        case .outdated: "This version is too old for WhatsApp."
        case .badClient: "WhatsApp did not accept this client."
        case .connectionLost: "The connection to WhatsApp was lost."
        case .serverBusy: "WhatsApp's server is busy or restarting."
        case .rateLimited: "WhatsApp limits how often this line may connect."
        case .untrustedServer: "The server could not prove that it is WhatsApp; nothing was said to it."
        case .unreadable: "What is kept of this line can't be read any more, so it can't connect."
        case .numberTaken: "This number is linked to another line already."
        case .stoppedByOwner: "The line was disconnected by its owner."
        case .noWorker: "No session worker has taken the line yet."
        }
    }

    /// One sentence: what the owner should do, or that there is nothing to do.
    package var nextStep: String {
        switch self {
        case .waitingForScan:
            "On the phone open WhatsApp, Settings, Linked devices, Link a device, and scan the code."
        case .codesUsedUp: "Press Reconnect and scan the new code within a minute."
        case .pairingRefused:
            "Press Reconnect and link again; remove old linked devices on the phone if there are four."
        case .passkeyRequired:
            "Accept the passkey request on the phone. If none appears, this number can't be linked here: use an official "
                + "WhatsApp number instead."
        case .passkeyConfirm: "Compare the code on the phone and confirm it there."
        case .unlinked: "Press Reconnect and scan the new code to link the number again."
        case .phoneGone: "Check that WhatsApp works on the phone itself, then link the number again."
        case .banned: "Open WhatsApp on the phone and ask for a review; until then use an official WhatsApp number."
        case .temporaryBan:
            "Wait until the suspension ends; the line reconnects by itself. Write only to people who wrote first."
        case .replaced: "Close the other program that uses this line, then press Reconnect."
        case .outdated: "The operator must raise the installation's WhatsApp version; then press Reconnect."
        case .badClient: "Report this to the operator; the log of the session worker has the details."
        case .connectionLost, .serverBusy, .rateLimited: "Nothing to do: the line reconnects by itself."
        case .untrustedServer:
            "The operator must check what answers in WhatsApp's place: a proxy, a firewall, or a wrong server address."
        case .unreadable:
            "The operator must give the installation the secret key back that sealed it; else unlink the line and link it again."
        case .numberTaken: "Delete the other line first, then press Reconnect and link the number again."
        case .stoppedByOwner: "Press Reconnect to use the line again."
        case .noWorker: "Nothing to do for a moment; if it stays so, the operator must start the session worker."
        }
    }
}
