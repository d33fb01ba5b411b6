package import Access
package import Conversation
package import Domain
package import FunctionHost
import Logging
package import Postgres
package import Store

/// What endpoints work with, wired once: by `runAPI` in a function and by the tests in the same way.
///
/// Everything is made when it is asked for. What only one function uses (Twilio's numbers) that function adds in an
/// extension of its own, by `part`.
package struct APIEnvironment: Sendable {
    package var outside: FunctionEnvironment
    /// Of the operator's password hashes and everybody's; tests take a cheap one.
    package var passwordCost: PasswordHasher.Cost
    /// Where the world reaches this installation, no trailing slash.
    package let publicURL: String
    private let access: Authenticator?
    private var replacements: [ObjectIdentifier: any Sendable] = [:]

    /// - Parameters:
    ///   - hasSessions: false for a function none of whose endpoints takes a session: it needs no `SESSION_SECRET`.
    ///   - isOpen: true for a function that answers everybody and nobody in particular: it needs no `PUBLIC_URL` either.
    package init(
        _ outside: FunctionEnvironment, hasSessions: Bool = true, isOpen: Bool = false,
        passwordCost: PasswordHasher.Cost = .recommended,
        keeping: (inout APIEnvironment) throws -> Void = { _ in }
    ) throws {
        self.outside = outside
        self.passwordCost = passwordCost
        publicURL = try isOpen ? "" : outside.configuration.publicURL
        access =
            hasSessions
            ? try Authenticator(
                database: outside.database, secret: try outside.configuration.sessionSecret,
                publicURL: publicURL, clock: outside.clock) : nil
        try keeping(&self)
    }

    package var configuration: Configuration { outside.configuration }
    package var database: Database { outside.database }
    package var clock: WallClock { outside.clock }
    package var ids: IDSource { outside.ids }
    package var randomness: Randomness { outside.randomness }

    /// Signs what goes out and comes back: addresses of files, the `state` of a provider's redirect.
    package var states: SignedState {
        get throws {
            SignedState(secret: try Secret(try configuration.sessionSecret), clock: clock, randomness: randomness)
        }
    }

    /// For whoever enqueued work that is due now: the job runner looks.
    package func wakeRunner() async { await outside.invoke.wake("run-jobs") }

    /// Notes something in the function's log; never a secret, never a customer's text.
    package func note(_ about: String, _ details: [String: String] = [:]) { outside.note(about, details) }

    func authenticator() throws -> Authenticator {
        guard let access else { throw ConfigurationError.missing("SESSION_SECRET") }
        return access
    }

    /// A part that one function makes, or what was put in its place with `replace`.
    package func part<Part: Sendable>(_ make: (APIEnvironment) throws -> Part) rethrows -> Part {
        try replacements[ObjectIdentifier(Part.self)] as? Part ?? make(self)
    }

    /// Makes a part now, once for all requests.
    package mutating func keep<Part: Sendable>(_ make: (APIEnvironment) throws -> Part) rethrows {
        replace(try part(make))
    }

    package mutating func replace<Part: Sendable>(_ part: Part) {
        replacements[ObjectIdentifier(Part.self)] = part
    }
}

extension APIEnvironment {
    package var writes: IdempotentWrites { IdempotentWrites(database: database, clock: clock, ids: ids) }
    package var organizations: OrganizationStore { OrganizationStore(database: database) }
    package var numbers: NumberStore { NumberStore(database: database) }
    package var channels: ChannelStore { ChannelStore(database: database) }
    package var conversations: ConversationStore { ConversationStore(database: database) }
    package var inbox: InboxReads { InboxReads(database: database) }
    package var rates: RateStore { RateStore(database: database) }
    package var uploads: UploadStore { UploadStore(database: database) }
    /// What a person at the inbox does to a conversation.
    package var conversationActions: ConversationActions {
        ConversationActions(database: database, clock: clock, ids: ids)
    }
    package var housekeeping: HousekeepingStore { HousekeepingStore(database: database) }
}
