package import Domain

/// A kind of work: everything that the queue and its runners must know of it. A process names the kinds that it can do;
/// a job of a kind that it does not know waits for one that does (a newer version, while one replaces the other).
package struct JobKind: Sendable, Hashable {
    /// What comes first when several kinds are due.
    package enum Priority: Int, Sendable, Hashable, Comparable {
        /// A customer waits for it.
        case reply
        /// Nobody looks at the clock: imports, campaigns, deliveries to other systems.
        case bulk

        package static func < (one: Priority, other: Priority) -> Bool { one.rawValue < other.rawValue }
    }

    /// How many may run at the same time in the whole installation.
    package struct Share: Sendable, Hashable {
        package let perOrganization: Int
        /// For one `Job.destination` (a host, a line) of all organizations together; `nil`: as many as there are.
        package let perDestination: Int?

        package init(perOrganization: Int, perDestination: Int? = nil) {
            self.perOrganization = perOrganization
            self.perDestination = perDestination
        }
    }

    /// Its name in the table: `[a-z][a-z0-9_]*`, at most 40 characters. Rows keep it: never rename one.
    package let name: String
    package let priority: Priority
    /// Real seconds that one try may take.
    package let timeout: Double
    /// Tries until it is dead; one whose process died counts too.
    package let attempts: Int
    package let backoff: Backoff
    package let share: Share
    /// Its key is a conversation. When it is given up, a person has to see to the customer.
    package let isAboutConversation: Bool

    package init(
        _ name: String, priority: Priority = .bulk, timeout: Double, attempts: Int,
        backoff: Backoff = Backoff(base: 2, limit: 300), share: Share, isAboutConversation: Bool = false
    ) {
        self.name = name
        self.priority = priority
        self.timeout = timeout
        self.attempts = attempts
        self.backoff = backoff
        self.share = share
        self.isAboutConversation = isAboutConversation
    }

    package static func == (one: JobKind, other: JobKind) -> Bool { one.name == other.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The registry. Among kinds of one priority the one that stands first goes first: what is written leaves before more is
/// written.
extension JobKind {
    /// Hands over what waits in a conversation to its provider. Key: the conversation.
    package static let send = JobKind(
        "send", priority: .reply, timeout: 60, attempts: 20, share: Share(perOrganization: 12),
        isAboutConversation: true)
    /// The same through a WhatsApp Web line, done by the process that holds it. Key: the conversation; destination: the line. The
    /// table makes it from `send`. Typing and large files take their time.
    package static let lineSend = JobKind(
        "line_send", priority: .reply, timeout: 300, attempts: 20,
        share: Share(perOrganization: 200, perDestination: 4), isAboutConversation: true)
    /// Decides who answers a conversation's turn, and answers. Key: the conversation.
    package static let turn = JobKind(
        "turn", priority: .reply, timeout: 40, attempts: 20, backoff: Backoff(base: 1, limit: 15),
        share: Share(perOrganization: 12), isAboutConversation: true)
}

extension [JobKind] {
    /// As they are claimed.
    package var inOrder: [JobKind] {
        // Sorting is not stable: the place in the list decides between equals.
        enumerated().sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }.map(\.element)
    }
}
