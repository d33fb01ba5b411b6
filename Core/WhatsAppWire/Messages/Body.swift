/// The kinds of message a business has to understand.
package indirect enum Body: Sendable, Equatable {
    case text(String)
    case media(EncryptedMedia)
    case location(Location)
    case contacts([Contact])
    /// Empty text takes the reaction back.
    case reaction(MessageKey, String)
    case poll(name: String, options: [String], selectable: Int)
    /// Decrypt with `PollVote` and the poll's secret.
    case pollVote(MessageKey, payload: [UInt8], nonce: [UInt8])
    /// A tap on a button, list row or template: its id and what the person saw.
    case choice(id: String, text: String)
    case edit(MessageKey, Body)
    case revoke(MessageKey)
    case groupInvite(group: JID?, name: String)
    case control(Control)
    /// Only a group key, or nothing at all.
    case empty
    case unsupported

    package struct Location: Sendable, Equatable {
        package let latitude: Double
        package let longitude: Double
        package let name: String?
        package let address: String?
        package let isLive: Bool

        package init(
            latitude: Double, longitude: Double, name: String? = nil, address: String? = nil, isLive: Bool = false
        ) {
            self.latitude = latitude
            self.longitude = longitude
            self.name = name
            self.address = address
            self.isLive = isLive
        }
    }

    package struct Contact: Sendable, Equatable {
        package let name: String
        package let vcard: String

        package init(name: String, vcard: String) {
            self.name = name
            self.vcard = vcard
        }
    }

    /// Messages between devices, not people. Believe those marked "own" only from our own account.
    package enum Control: Sendable, Equatable {
        /// Seconds; 0 turns disappearing messages off.
        case expiration(UInt32)
        /// Own. Answer with the `hist_sync` receipt as well.
        case historySync(HistorySyncReference)
        /// Own: (id, data) of each key.
        case appStateKeys([AppStateKey])
        /// Own.
        case lidPairs([LIDPair])
        /// Own: messages we asked the phone for, each a serialised `WebMessageInfo`.
        case resent([[UInt8]])
        case other(Int)
    }

    package struct AppStateKey: Sendable, Equatable {
        package let id: [UInt8]
        package let data: [UInt8]
        /// Seconds since 1970.
        package let timestamp: Int64
    }

    /// The words a person would read, for logs of a conversation and for the persona. nil when there are none.
    package var text: String? {
        switch self {
        case .text(let text), .choice(_, let text): text
        case .media(let media): media.caption
        case .poll(let name, _, _): name
        case .edit(_, let body): body.text
        case .location(let location): location.name ?? location.address
        case .contacts(let contacts): contacts.first?.name
        default: nil
        }
    }
}

/// A chunk of history: inline, or a file of kind `.history`.
package struct HistorySyncReference: Sendable, Equatable {
    package enum Kind: Int, Sendable {
        case initial = 0
        case status = 1
        case full = 2
        case recent = 3
        case pushNames = 4
        case nonBlocking = 5
        case onDemand = 6
        case none = 7
        case accessStatus = 8
    }

    package let kind: Kind?
    /// zlib of a `HistorySync`.
    package let inline: [UInt8]?
    package let file: EncryptedMedia?
}
