import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web

@Suite struct InboxTests {
    @Test func conversationsAndMessagesAreListed() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let list = try await api.call("GET /api/v1/conversations?status=open&owner=none", as: alice)
            #expect(list.items.map { $0["id"]?.string } == [thread.conversation.text])
            #expect(list.items.first?["contact_name"]?.string == "Customer")
            #expect(try await api.call("GET /api/v1/conversations?status=resolved", as: alice).items.isEmpty)
            #expect(try await api.call("GET /api/v1/conversations?status=lost", as: alice).field == "status")
            for path in ["conversations/\(thread.conversation)/messages", "accounts/\(thread.channel)/messages"] {
                let messages = try await api.call("GET /api/v1/\(path)", as: alice)
                #expect(messages.items.map { $0["body"]?.string } == ["SECRET of the customer"])
            }
        }
    }

    @Test func conversationsPageInOrder() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            var made: Set<String> = []
            for number in 0..<5 {
                if number == 3 { api.clock.advance(5) }
                made.insert(
                    try await api.seedConversation(in: alice.organization, remote: "whatsapp:+155500000\(number)")
                        .conversation.text)
            }
            var (seen, cursor): ([String], String?) = ([], nil)
            repeat {
                let page = try await api.call(
                    "GET /api/v1/conversations?limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""), as: alice)
                seen += page.items.compactMap { $0["id"]?.string }
                cursor = page.body["next_cursor"]?.string
            } while cursor != nil
            #expect(seen.count == 5)
            #expect(Set(seen) == made)
        }
    }

    @Test func aNumberInAQueryIsOneAsJSONWritesIt() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            for limit in [
                "0x10", "+5", "%205", "5%0A", "5.5", "nan", "inf", "1e3", "0", "101", "", "5&limit=6", "true",
            ] {
                let answer = try await api.call("GET /api/v1/conversations?limit=\(limit)", as: alice)
                #expect(answer.status == 422, "\(limit)")
                #expect(answer.field == "limit", "\(limit)")
            }
            #expect(try await api.call("GET /api/v1/conversations?limit=5", as: alice).status == 200)
        }
    }

    @Test func aPersonTakesOverAnswersAndGivesBack() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let path = "/api/v1/conversations/\(thread.conversation)"
            for _ in 0..<2 {
                let taken = try await api.call("POST \(path)/takeover", as: alice)
                #expect(taken.body["owner"]?.string == "human")
                #expect(taken.body["epoch"]?.integer == 1, "taking over twice changes nothing")
            }
            let reply = try await api.call("POST \(path)/messages", as: alice, ["message": "Hello"], key: "r")
            #expect(reply.status == 202)
            let again = try await api.call("POST \(path)/messages", as: alice, ["message": "Hello"], key: "r")
            #expect(again.text == reply.text)
            let messages = try await api.call("GET \(path)/messages", as: alice)
            #expect(messages.items.count == 2)
            #expect(messages.items.first?["status"]?.string == "queued")
            #expect(messages.items.first?["author_user_id"]?.string == alice.user.text)
            let given = try await api.call("POST \(path)/return", as: alice)
            #expect(given.body["owner"]?.string == "none")
            #expect(api.wakes.count > 0)
            let closed = try await api.call("PATCH \(path)", as: alice, ["status": "resolved"])
            #expect(closed.body["status"]?.string == "resolved")
            #expect(try await api.call("PATCH \(path)", as: alice, ["status": "gone"]).status == 422)
        }
    }

    @Test func aMessageIsSentToANumberThatWrote() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            func send(_ number: String, _ text: String = "Hi", key: String? = nil) async throws -> Answer {
                try await api.call(
                    "POST /api/messages/send", as: alice,
                    .object([
                        "account_id": .string(thread.channel.text), "number": .string(number), "message": .string(text),
                    ]), key: key)
            }
            for number in ["+15550001111", "15550001111@c.us", "(555) 000-1111"] {
                let sent = try await send(number)
                #expect(sent.status == 202, "\(sent.text)")
                #expect(sent.body["to"]?.string == "whatsapp:+15550001111")
            }
            let first = try await send("+15550001111", key: "k")
            #expect(try await send("+15550001111", key: "k").text == first.text)
            let queued = try await api.db.owner.query("select count(*) as n from messages where direction = 'outbound'")
            #expect(try queued[0]["n"] == 4)
            #expect(try await send("12").field == "number")
            #expect(try await send("+15550001111", "").field == "message")
            #expect(try await send("+15550001111", String(repeating: "x", count: 1601)).field == "message")
        }
    }

    @Test func outsideTheWindowTheRefusalExplains() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let stranger: JSONValue = .object([
                "account_id": .string(thread.channel.text), "number": "+15557654321", "message": "Hi",
            ])
            let never = try await api.call("POST /api/v1/messages", as: alice, stranger)
            #expect(never.status == 409)
            #expect(never.code == "window-closed")
            api.clock.advance(24 * 3600)
            // The session ended with the day; the customer's window did too.
            let back = try api.visitor(try await api.login("alice"))
            let late = try await api.call(
                "POST /api/v1/conversations/\(thread.conversation)/messages", as: back, ["message": "Hi"])
            #expect(late.code == "window-closed")
            #expect(late.body["detail"]?.string?.contains("template") == true)
            let queued = try await api.db.owner.query("select count(*) as n from messages where direction = 'outbound'")
            #expect(try queued[0]["n"] == 0)
        }
    }

    @Test func aRepeatGetsItsFirstAnswerEvenAfterTheWindow() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let sends: [(String, JSONValue)] = [
                ("POST /api/v1/conversations/\(thread.conversation)/messages", ["message": "Hi"]),
                (
                    "POST /api/v1/messages",
                    .object([
                        "channel_id": .string(thread.channel.text), "number": "+15550001111", "message": "Hi",
                    ])
                ),
            ]
            var first: [String] = []
            for (index, send) in sends.enumerated() {
                let sent = try await api.call(send.0, as: alice, send.1, key: "k\(index)")
                #expect(sent.status == 202, "\(sent.text)")
                first.append(sent.text)
            }
            api.clock.advance(24 * 3600 - 30)
            let back = try api.visitor(try await api.login("alice"))
            for (index, send) in sends.enumerated() {
                #expect(try await api.call(send.0, as: back, send.1, key: "k\(index)").text == first[index])
                #expect(try await api.call(send.0, as: back, send.1, key: "new\(index)").code == "window-closed")
            }
        }
    }

    @Test func anOptedOutCustomerIsNotWrittenTo() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            try await api.db.owner.query("update contacts set opted_out_at = now()")
            let answer = try await api.call(
                "POST /api/v1/conversations/\(thread.conversation)/messages", as: alice, ["message": "Hi"])
            #expect(answer.code == "opted-out")
        }
    }

    @Test func everyMessageExplainsItself() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let why = try await api.call("GET /api/v1/messages/\(thread.message)/why", as: alice)
            #expect(why.status == 200)
            let step = try #require(why.body["trail"]?.array?.first)
            #expect(step["gate"]?.string == "received")
            #expect(step["outcome"]?.string == "passed")
            #expect(step["reason"]?.string == "The message was stored.")
            #expect(step["at"]?.string == "2026-11-20T23:59:00Z")
        }
    }

    @Test(.timeLimit(.minutes(3))) func eventsAreReadOnceAndInOrder() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let end = try #require(try await api.call("GET /api/v1/events", as: alice).body["cursor"]?.string)
            let thread = try await api.seedConversation(in: alice.organization)
            _ = try await api.call("POST /api/v1/conversations/\(thread.conversation)/takeover", as: alice)
            var (types, cursor): ([String], String) = ([], end)
            // An event shows when no older transaction of the cluster is open; other tests' are, for a moment.
            var quiet = 0
            while quiet < 3 {
                let page = try await api.call("GET /api/v1/events?limit=1&after=\(cursor)", as: alice)
                types += page.items.compactMap { $0["type"]?.string }
                cursor = try #require(page.body["cursor"]?.string)
                quiet = page.items.isEmpty && types.contains("conversation.owner") ? quiet + 1 : 0
                if page.items.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            }
            #expect(types.filter { $0 != "organization.created" } == ["conversation.owner"])
            let all = try await api.call("GET /api/v1/events?after=0", as: alice)
            #expect(all.items.count == 2)
            #expect(try await api.call("GET /api/v1/events?after=1", as: alice).field == "after")
        }
    }

    @Test(.timeLimit(.minutes(3))) func aSlowTransactionsEventIsNotLost() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            var cursor = try #require(try await api.call("GET /api/v1/events", as: alice).body["cursor"]?.string)
            var seen: [String] = []
            func read() async throws {
                let page = try await api.call("GET /api/v1/events?after=\(cursor)", as: alice)
                // The sign-up's own event may come late too.
                seen += page.items.compactMap { $0["type"]?.string }.filter { ["slow", "quick"].contains($0) }
                cursor = try #require(page.body["cursor"]?.string)
            }
            func event(_ type: String) throws -> Query {
                try .event(type, about: alice.organization.rawValue, of: alice.organization, at: api.clock.now)
            }
            try await api.db.app.transaction(for: alice.organization) { slow in
                _ = try await slow.query(try event("slow"))
                try await api.db.app.pipeline(for: alice.organization, [try event("quick")])
                try await read()
            }
            // An event shows when no older transaction of the cluster is open; other tests' are, for a moment.
            while seen.count < 2 {
                try await read()
                try await Task.sleep(for: .milliseconds(20))
            }
            try await read()
            #expect(Set(seen) == ["slow", "quick"])
            #expect(seen.count == 2)
        }
    }
}
