import Postgres
import Store
import Support
import Testing

@Suite struct QuestionsTests {
    @Test func eachAnswerStandsWhereItsQuestionWasAsked() async throws {
        try await TestDatabase.with { db in
            var questions = Questions()
            let one = questions.ask("select 1 as n")
            questions.write(["select 7 as n", "select 8 as n"])
            let many = questions.ask("select n from generate_series(1, 3) n")
            let none = questions.ask("select 1 as n where false")
            let asked = questions.queries
            let answers = Answers(try await db.app.withConnection { try await $0.pipeline(asked) })
            #expect(try answers[one].map { try $0["n"] as Int } == [1])
            #expect(try answers[many].map { try $0["n"] as Int } == [1, 2, 3])
            #expect(answers[none].isEmpty)
        }
    }
}
