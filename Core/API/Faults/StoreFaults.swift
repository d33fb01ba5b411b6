import Conversation
import Providers
import Store
package import Web

// What each room's own errors are to a client.

extension OrganizationStoreError: FaultConvertible {
    package var fault: Fault {
        switch self {
        case .unknownTimeZone:
            .invalid("time_zone", "Name a time zone of the IANA database, like Europe/Berlin.")
        case .gone: .notFound("organization")
        case .tooMany(let most):
            .conflict("too-many-organizations", "You own \(most) organizations, as many as you may; delete one.")
        }
    }
}

extension ChannelStoreError: FaultConvertible {
    package var fault: Fault {
        switch self {
        case .noChannel: .notFound("channel")
        case .noOrganization: .notFound("organization")
        case .unknownPersona: .invalid("persona_id", "There is no such persona.")
        case .providerNumber:
            .conflict(
                "provider-number", "This number belongs to a provider; release it with provision-number instead.")
        case .planLimit(let limit):
            .conflict(
                "plan-limit",
                "The plan has room for \(limit) linked \(limit == 1 ? "line" : "lines"), and that is taken.")
        }
    }
}

extension APIKeyStoreError: FaultConvertible {
    package var fault: Fault {
        switch self {
        case .tooMany:
            .conflict(
                "too-many-keys", "The organization has \(APIKeyStore.limit) keys, as many as it may; revoke one.")
        }
    }
}

extension KnowledgeStoreError: FaultConvertible {
    package var fault: Fault {
        switch self {
        case .full: .conflict("knowledge-full", "The organization has as many items as it may.")
        case .noItem: .notFound("knowledge item")
        case .noOrganization: .notFound("organization")
        }
    }
}

extension NumberStoreError: FaultConvertible {
    package var fault: Fault { Fault(self) }
}

extension NumberProvisioningError: FaultConvertible {
    package var fault: Fault { Fault(self) }
}

extension TwilioError: FaultConvertible {
    package var fault: Fault { .twilio(self) }
}

extension SendRefusal: FaultConvertible {
    package var fault: Fault { Fault(self) }
}

extension ConversationActionError: FaultConvertible {
    package var fault: Fault {
        switch self {
        case .noConversation: .notFound("conversation")
        case .notUnknown: .conflict("not-unknown", "It is known what became of this message.")
        }
    }
}

extension InboxError: FaultConvertible {
    package var fault: Fault {
        switch self {
        case .noChannel: .unavailable("No channel takes this message: \(self).")
        case .refused: .invalid("MessageSid", "This message holds something that can't be stored.")
        }
    }
}

extension UserStoreError: FaultConvertible {
    package var fault: Fault {
        switch self {
        case .emailTaken:
            Fault(
                status: 409, code: "email-taken", detail: "There is an account with this address; log in instead.",
                field: "email")
        }
    }
}
