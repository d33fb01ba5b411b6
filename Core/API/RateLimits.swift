/// The limits of what costs money, reaches people outside or fills the disk. They are far above what a business needs in a busy
/// hour: they stop a program gone wild and a stolen session, and what a plan allows is counted elsewhere.
extension [RateLimit] {
    /// Makes an account. Logins are counted by account as well (`LoginAttemptStore`).
    package static let signingUp: [RateLimit] = [.per(.address, 20, .hour), .per(.address, 60, .day)]
    package static let signingIn: [RateLimit] = [.per(.address, 300, .hour)]
    /// Something goes to a customer, or a file is kept that is to go to one.
    package static let sending: [RateLimit] = [.per(.user, 300, .minute), .per(.organization, 600, .minute)]
    /// A model may be asked.
    package static let answering: [RateLimit] = [.per(.user, 120, .minute), .per(.organization, 300, .minute)]
    package static let buyingNumbers: [RateLimit] = [.per(.user, 10, .hour), .per(.organization, 20, .day)]
    /// Numbers are looked for, changed or given up at the provider, under the platform's account.
    package static let askingForNumbers: [RateLimit] = [.per(.user, 30, .minute), .per(.organization, 60, .minute)]
    package static let decidingPurchases: [RateLimit] = [.per(.user, 300, .hour)]
    package static let makingKeys: [RateLimit] = [.per(.user, 50, .day), .per(.organization, 100, .day)]
    /// Knowledge is written and indexed.
    package static let training: [RateLimit] = [.per(.user, 120, .minute), .per(.organization, 1_000, .hour)]
    /// A file is fetched from whoever keeps it; an inbox shows many at once.
    package static let downloading: [RateLimit] = [.per(.user, 300, .minute), .per(.organization, 3_000, .hour)]
    /// WhatsApp looks at how often a device connects and is linked, and a phone rings for each code.
    package static let connecting: [RateLimit] = [.per(.user, 30, .hour), .per(.organization, 100, .hour)]
    package static let makingOrganizations: [RateLimit] = [.per(.user, 20, .day)]
}
