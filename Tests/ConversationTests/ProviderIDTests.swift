import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// What a provider calls a message it took is foreign data: it may be another message's id, or no id at all.
@Suite struct ProviderIDTests {
    private static func id(_ road: Road) async throws -> String? {
        let rows = try await road.database.owner.query(
            "select provider_message_id from parley.messages where direction = 'outbound' order by created_at desc, id desc"
        )
        return try #require(rows.first)["provider_message_id"]
    }

    @Test(arguments: ["taken", String(repeating: "x", count: 201)])
    func aMessageThatWasTakenIsSentWhateverItsIDIs(_ id: String) async throws {
        try await Road.with { road in
            road.provider.answers { _ in .accepted(providerID: "taken") }
            try await road.receive("Hi", id: "taken")
            try await road.settle()
            road.provider.answers { _ in .accepted(providerID: id) }
            try await road.receive("Hi again")
            try await road.settle()
            #expect(try await road.messages().map(\.status) == ["sent", "sent"])
            #expect(try await Self.id(road) == nil)
            #expect(try await road.decisions().filter { $0.hasPrefix("provider_id") } == ["provider_id passed"])
            #expect(try await road.count("select count(*) from parley.jobs") == 0)
            let keys = try await road.count(
                "select count(*) from parley.message_keys where provider_message_id = 'taken'")
            #expect(keys == 2, "the customer's and that of the first reply")
        }
    }

    /// Between looking and writing: then the id says nothing about this message.
    @Test func anIDThatAnotherMessageTakesMeanwhileDoesNotProveThatThisOneLeft() async throws {
        try await Road.with { road in
            road.provider.answers(takingAnyway: true) { _ in .unknown(reason: "timed out") }
            try await road.receive("Hi")
            try await road.settle()
            try await Self.stealIDs(in: road.database.owner)
            try await road.settle()
            #expect(try await road.messages().map(\.status) == ["sending"])
            var limits = Outbox.Limits()
            limits.lookingFor = 0
            road.advance(30)
            try await road.work(limits)
            #expect(try await road.messages().map(\.status) == ["unknown"])
            #expect(try await Self.id(road) == nil)
        }
    }

    @Test func anIDThatNobodyHasProvesIt() async throws {
        try await Road.with { road in
            road.provider.answers(takingAnyway: true) { _ in .unknown(reason: "timed out") }
            try await road.receive("Hi")
            try await road.settle()
            try await road.settle()
            #expect(try await road.messages().map(\.status) == ["sent"])
            #expect(try await Self.id(road) == "SM1")
            let keys = try await road.count(
                """
                select count(*) from parley.message_keys k join parley.messages m on m.id = k.message_id
                where m.direction = 'outbound'
                """)
            #expect(keys == 1)
        }
    }

    /// Whoever writes a key finds that somebody else has just written it.
    private static func stealIDs(in owner: Database) async throws {
        try await owner.query(
            """
            create function parley.steal() returns trigger language plpgsql as $$
            declare
                thief constant uuid := '10000000-0000-7000-8000-000000000000';
            begin
                if new.message_id <> thief then
                    insert into parley.message_keys values (new.organization_id, new.channel_id, new.provider_message_id, thief, new.author)
                    on conflict do nothing;
                end if;
                return new;
            end
            $$
            """)
        try await owner.query(
            "create trigger steal before insert on parley.message_keys for each row execute function parley.steal()")
    }
}
