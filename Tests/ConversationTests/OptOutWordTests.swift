import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// K21 and K27: the words of the law are obeyed, whoever says them where.
@Suite struct OptOutWordTests {
    /// The customer's number is German, the business's country varies.
    @Test(arguments: [
        ("BAJA", "ES"), ("Sair", "PT"), ("abmelden", "US"), ("ARRÊT", "FR"), ("إيقاف", "US"), ("रोकें", "US"),
        ("berhenti", "ID"), ("DUR", "TR"), ("退订", "US"), ("revoke", "DE"), ("OptOut", "US"), ("STOP!", "US"),
    ])
    func aWordStopsWhereItsLanguageIsSpoken(_ word: String, _ country: String) async throws {
        try await Road.with { road in
            try await road.set("country", country)
            try await road.receive(word)
            try await road.settle()
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
            try await road.receive("hello?")
            try await road.settle()
            #expect(road.provider.sent.count == 1)
        }
    }

    @Test(arguments: [("Seis", "ES"), ("acha", "IN"), ("berhenti", "US")])
    func whatIsAnEverydayWordHereStopsNothing(_ word: String, _ country: String) async throws {
        try await Road.with { road in
            try await road.set("country", country)
            try await road.receive(word)
            try await road.settle()
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 0)
        }
    }

    @Test func aBusinessHasWordsOfItsOwn() async throws {
        try await Road.with { road in
            try await road.set("opt_out_words", "Leave me alone, Schluss damit")
            try await road.receive("schluss DAMIT")
            try await road.settle()
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
        }
    }

    /// In one turn: the word is looked for in all of it, wherever it stands.
    @Test(arguments: [0, 25, 50, 59])
    func theWordIsSeenWhereverItStandsInALongTurn(_ place: Int) async throws {
        try await Road.with { road in
            for number in 0..<60 { try await road.receive(number == place ? "STOP" : "message \(number)") }
            try await road.settle()
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
            #expect(road.provider.sent.count == 1 && road.provider.sent.first?.contains("no more messages") == true)
        }
    }

    /// By SMS Twilio answers its own words, and would refuse ours with 21610. It does not know those of other languages.
    @Test(arguments: [("STOP", 0), ("INFO", 0), ("BAJA", 1)])
    func whatTwilioAnswersBySMSIsNotAnsweredTwice(_ word: String, _ answers: Int) async throws {
        try await Road.with { road in
            try await road.receive(word, from: "+12025550117", to: "+14155238886")
            try await road.settle()
            #expect(road.provider.sent.count == answers)
            let isStopped = try await road.count("select count(*) from parley.contacts where opted_out_at is not null")
            #expect(isStopped == (word == "INFO" ? 0 : 1))
        }
    }
}
