import Assistant
import Domain
import FoundationEssentials
import Postgres
import Store

/// What a reply is written from, asked in one round trip.
struct ComposerReading: Sendable {
    private(set) var questions = Questions()
    private let organization: OrganizationID
    private let persona, profile, place, found, items: Questions.Place
    private let ownKeys, platformKeys, overrides: Questions.Place

    init(of request: ComposeRequest, searching terms: [String], overview: Int) {
        organization = request.organization
        persona = questions.ask(.persona(answering: request.channel, of: request.organization))
        profile = questions.ask(.businessProfile(of: request.organization))
        place = questions.ask(.place(of: request.channel, organization: request.organization, at: request.now))
        found = questions.ask(.searchKnowledge(terms, of: request.organization))
        items = questions.ask(.knowledgeItems(of: request.organization, limit: overview))
        ownKeys = questions.ask(.credentials(of: request.organization))
        platformKeys = questions.ask(.platformCredentials)
        overrides = questions.ask(.modelPrices)
    }

    func matches(_ answers: Answers) throws -> KnowledgeMatches { try KnowledgeMatches(answers[found]) }

    func overview(_ answers: Answers) throws -> [KnowledgeItem] {
        try answers[items].map { row in try KnowledgeItem(row) }
    }

    /// Sealed keys, the organization's own before the platform's.
    func credentials(_ answers: Answers) throws -> [ProviderCredential] {
        try answers[ownKeys].map { try ProviderCredential($0, scope: .organization(organization)) }
            + answers[platformKeys].map { try ProviderCredential($0, scope: .platform) }
    }

    /// The answers with the names of usable keys in place of sealed ones.
    func concealing(_ keys: ModelKeys, in answers: Answers) -> [[Row]] {
        var answers = answers
        let named = RowTexts(
            columns: ["provider", "scope"], values: keys.usable.map { [$0.provider.rawValue, $0.scope.rawValue] })
        answers[ownKeys] = named.rows
        answers[platformKeys] = []
        return answers.rows
    }

    /// - Parameter answers: concealed ones.
    func usableKeys(_ answers: Answers) throws -> [ModelKeys.Usable] {
        try answers[ownKeys].map { row in
            ModelKeys.Usable(provider: try row.value("provider"), scope: try row.value("scope"))
        }
    }

    func prices(_ answers: Answers) throws -> PriceList {
        PriceList(
            overrides: try answers[overrides].compactMap { row in
                try ModelPriceRow(row).map {
                    ($0.provider, $0.model, Price(input: $0.input, cachedInput: $0.cachedInput, output: $0.output))
                }
            })
    }

    func prompt(_ answers: Answers, knowledge: [KnowledgeItem]) throws -> PromptFacts {
        guard let persona = answers[persona].first, let profile = answers[profile].first,
            let place = answers[place].first
        else { throw PostgresError(.decoding, detail: "organization \(organization) has no persona") }
        let time: String = try place["local_time"]
        let hours: String = try place["hours"]
        guard let localTime = LocalTime(time) else { throw PostgresError(.decoding, detail: "local_time is \(time)") }
        return PromptFacts(
            persona: try Persona(persona), profile: try BusinessProfile(profile), knowledge: knowledge,
            // Hours that can't be read must not stop a reply: the gate before this one already judged them.
            hours: (try? BusinessHours(json: Array(hours.utf8))) ?? .always, localTime: localTime,
            timeZone: try place["time_zone"])
    }
}

extension Query {
    /// Hours and the wall clock at the business, as Postgres's zone files have it.
    fileprivate static func place(of channel: ChannelID, organization: OrganizationID, at now: Date) -> Query {
        """
        select coalesce(channels.business_hours, organizations.business_hours)::text as hours, time_zone,
            to_char(\(now)::timestamptz at time zone time_zone, 'YYYY-MM-DD HH24:MI') as local_time
        from organizations left join channels on channels.id = \(channel)
        where organizations.id = \(organization)
        """
    }
}
