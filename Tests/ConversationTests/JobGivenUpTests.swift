import Domain
import Postgres
import Store
import Support
import Testing

/// A customer whose job is given up is a person's to answer.
@Suite struct JobGivenUpTests {
    @Test(arguments: [JobKind.turn, .send]) func aPersonIsCalled(_ kind: JobKind) async throws {
        try await Road.with(isMarking: false) { road in
            try await road.receive("Hi")
            road.advance(3)
            if kind == .send { try await road.queueReply() }
            let job = try #require(try await road.queue.claim([kind]))
            try await road.queue.finish(job, .cancel(reason: "It can't be done."))
            try await expectPersonCalled(road, because: "It can't be done.")
        }
    }

    @Test func alsoWhenItsProcessDiedEachTime() async throws {
        try await Road.with(isMarking: false) { road in
            try await road.receive("Hi")
            road.advance(3)
            for _ in 0..<JobKind.turn.attempts {
                #expect(try await road.queue.claim([.turn]) != nil)
                try await road.loseLeases()
            }
            #expect(try await road.queue.claim([.turn]) == nil)
            try await expectPersonCalled(road, because: "died")
        }
    }

    private func expectPersonCalled(_ road: Road, because reason: String) async throws {
        let rows = try await road.database.owner.query("select status from parley.conversations")
        #expect(try rows.map { try $0["status"] } == ["pending"])
        let trail = try await road.database.owner.query("select reason from parley.decisions where gate = 'queue'")
        let reasons: [String] = try trail.map { try $0["reason"] }
        #expect(reasons.count == 1 && reasons[0].contains(reason))
        #expect(try await road.count("select count(*) from parley.jobs where state = 'dead'") == 1)
    }
}

extension Road {
    /// Runs the due turn up to its queued reply, and leaves the sending to others.
    fileprivate func queueReply() async throws {
        guard let job = try await queue.claim([.turn]), case .recorded(let send?) = try await perform(job) else {
            throw TestSetupError("no reply was queued")
        }
        try await giveBack(send)
    }
}
