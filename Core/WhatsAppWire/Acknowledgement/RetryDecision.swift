/// What to do when a message does not open, and when somebody asks for one of ours again.
package enum RetryDecision {
    /// - Parameter earlier: retries already asked for this message id; persist the count.
    package static func outcome(
        for failure: SignalError, earlier: Int
    ) -> Incoming {
        switch failure {
        case .duplicate: .alreadyProcessed
        case .malformed, .unsupportedVersion: .refuse(.unparsable)
        default:
            earlier >= RetryRequest.maximumCount
                ? .giveUp
                : .ask(count: earlier + 1, withKeys: RetryRequest.needsKeys(count: earlier + 1, failure: failure))
        }
    }

    package enum Incoming: Sendable, Equatable {
        /// Send an ordinary receipt.
        case alreadyProcessed
        case ask(count: Int, withKeys: Bool)
        case giveUp
        case refuse(Acknowledgement.Refusal)
    }

    /// What we know about a message we sent, when its retry receipt arrives.
    package struct Sent: Sendable, Equatable {
        /// The stored copy is still there.
        package let hasCopy: Bool
        /// Times this message was sent again to this device.
        package let resent: Int
        /// Of our session with the device; nil without one.
        package let sessionRegistrationID: UInt32?
        /// Seconds since we last fetched a bundle for this device; nil if never.
        package let secondsSinceBundle: Int64?

        package init(
            hasCopy: Bool, resent: Int, sessionRegistrationID: UInt32?, secondsSinceBundle: Int64?
        ) {
            self.hasCopy = hasCopy
            self.resent = resent
            self.sessionRegistrationID = sessionRegistrationID
            self.secondsSinceBundle = secondsSinceBundle
        }
    }

    package enum Outgoing: Sendable, Equatable {
        /// Open a session from the receipt's own keys, then send to that device only, under the same id.
        case resendWithReceivedKeys
        /// Drop the session, fetch a bundle, then send.
        case resendAfterFetch
        case resend
        /// Only acknowledge the receipt.
        case ignore
    }

    private static let bundleInterval: Int64 = 3600

    package static func answer(to request: RetryRequest, _ sent: Sent) -> Outgoing {
        guard sent.hasCopy, sent.resent < RetryRequest.maximumCount else { return .ignore }
        if request.keys != nil { return .resendWithReceivedKeys }
        let isReinstalled = sent.sessionRegistrationID != request.registrationID
        guard isReinstalled || request.count >= 2 else { return .resend }
        let mayFetch = sent.secondsSinceBundle.map { $0 >= bundleInterval } ?? true
        if mayFetch { return .resendAfterFetch }
        return sent.sessionRegistrationID == nil ? .ignore : .resend
    }

    /// The message again, for one device.
    package static func stanza(
        for request: RetryRequest, receipt: Node, type: String, message: EncryptedMessage,
        deviceIdentity: [UInt8], timestamp: Int64
    ) -> Node {
        var children = [
            Node(
                "enc",
                ["v": "2", "type": .text(message.kind.rawValue), "count": .number(request.count)],
                bytes: message.bytes)
        ]
        if message.kind == .preKeyMessage { children.append(Node("device-identity", bytes: deviceIdentity)) }
        return Node(
            "message",
            [
                "id": .text(request.messageID), "to": .optional(receipt.jid("from")), "type": .text(type),
                "t": .number(timestamp), "participant": .optional(receipt.jid("participant")),
                "recipient": .optional(receipt.jid("recipient")), "device_fanout": "false",
            ], children: children)
    }
}
