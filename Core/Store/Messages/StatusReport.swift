package import Domain
package import FoundationEssentials
package import Postgres

/// What a provider says about a message we sent.
package struct StatusReport: Sendable, Equatable {
    /// Organization and message, which the callback's URL carries.
    package var organization: OrganizationID?
    package var message: MessageID?
    package var kind: ChannelKind
    /// The line it was sent from, for callbacks without our id.
    package var localAddress: String
    package var providerMessageID: String
    package var status: MessageStatus
    package var errorCode: String?
    /// Safe sentence for the inbox.
    package var reason: String?
    /// The customer wants no messages.
    package var optsOut = false
    /// One sentence for the trail: why a person has to look. `nil`: nobody has to.
    package var callsPerson: String?

    package init(
        organization: OrganizationID? = nil, message: MessageID?, kind: ChannelKind, localAddress: String,
        providerMessageID: String, status: MessageStatus,
        errorCode: String? = nil, reason: String? = nil
    ) {
        self.organization = organization
        self.message = message
        self.kind = kind
        self.localAddress = localAddress
        self.providerMessageID = providerMessageID
        self.status = status
        self.errorCode = errorCode
        self.reason = reason
    }
}

package struct StatusReceipt: Sendable, Equatable {
    package let message: MessageID
    package let organization: OrganizationID
    package let conversation: ConversationID
    /// It was reported before.
    package let isRepeat: Bool
    /// The message's status changed.
    package let moved: Bool
}

extension Query {
    /// Takes a report in one statement (`Functions/statuses.sql`). No row when the message is not ours.
    package static func report(_ report: StatusReport, at now: Date) -> Query {
        let before = MessageStatus.allCases.filter { $0.advances(to: report.status) }.map(\.rawValue)
        return """
            select message_id, organization_id, conversation_id, is_repeat, moved from report_status(
                row(\(report.organization), \(report.message), \(report.kind.rawValue), \(report.localAddress), \(report.providerMessageID),
                    \(report.status.rawValue), \(report.errorCode), \(report.reason))::status_report,
                \(array: before)::text[], \(now), \(report.optsOut), \(report.callsPerson))
            """
    }
}

extension StatusReceipt {
    package init(_ row: Row) throws(PostgresError) {
        message = try row["message_id"]
        organization = try row["organization_id"]
        conversation = try row["conversation_id"]
        isRepeat = try row["is_repeat"]
        moved = try row["moved"]
    }
}
