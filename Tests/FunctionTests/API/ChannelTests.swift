import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web

/// Channels by their path and by the older ones.
@Suite struct ChannelTests {
    static let views = ["/api/v1/channels", "/api/accounts", "/api/v1/devices"]

    private func make(_ api: TestAPI, _ visitor: Visitor, _ body: JSONValue = ["name": "Sales Line"]) async throws
        -> String
    {
        let made = try await api.call("POST /api/accounts", as: visitor, body)
        #expect(made.status == 201, "\(made.text)")
        return try #require(made.body["id"]?.string)
    }

    private func write(_ api: TestAPI, _ line: String, _ assignments: String) async throws {
        try await api.db.owner.query(
            "update whatsapp_lines set \(unescaped: assignments) where channel_id = \(try #require(ChannelID(line)))")
    }

    private func events(_ api: TestAPI, _ line: String) async throws -> [String] {
        try await api.db.owner.query(
            "select type from events where subject_id = \(try #require(ChannelID(line))) order by id"
        ).map { try $0["type"] }
    }

    @Test(arguments: views) func aLineIsMadeReadChangedAndDeleted(_ view: String) async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let made = try await api.call(
                "POST \(view)", as: alice, ["name": "Sales Line", "description": "Shop", "answers_groups": true])
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.body["id"]?.string)
            #expect(made.response.headers["location"] == "/api/v1/channels/\(id)")
            #expect(made.body["status"]?.string == "starting" && made.body["is_primary"]?.bool == true)
            #expect(made.body["link"]?["reply_only"]?.bool == true && made.body["answers_groups"]?.bool == true)
            #expect(
                made.body["next_step"]?.string?.contains("session worker") == true,
                "nobody holds it yet, and that is said")
            #expect(try await api.call("GET \(view)", as: alice).items.map { $0["id"]?.string } == [id])
            let changed = try await api.call(
                "PATCH \(view)/\(id)", as: alice,
                [
                    "name": "Support", "auto_reply": false, "reply_only": false,
                    "business_hours": ["enabled": true, "week": ["mon": [["from": "09:00", "to": "17:00"]]]],
                ])
            #expect(changed.status == 200, "\(changed.text)")
            let read = try await api.call("GET \(view)/\(id)", as: alice)
            #expect(read.text == changed.text)
            #expect(read.body["name"]?.string == "Support" && read.body["auto_reply"]?.bool == false)
            #expect(read.body["link"]?["reply_only"]?.bool == false && read.body["description"]?.string == "Shop")
            #expect(read.body["business_hours"]?["week"]?["mon"]?.array?.count == 1)
            let back = try await api.call("PATCH \(view)/\(id)", as: alice, ["business_hours": .null])
            #expect(back.body["business_hours"] == nil && back.body["name"]?.string == "Support")
            let deleted = try await api.call("DELETE \(view)/\(id)", as: alice)
            #expect(deleted.status == 200, "\(deleted.text)")
            #expect(try await api.call("GET \(view)/\(id)", as: alice).status == 404)
            #expect(try await api.call("DELETE \(view)/\(id)", as: alice).status == 404)
            let wanted = try await api.db.owner.query("select wanted, asked from whatsapp_lines")
            #expect(try wanted[0]["wanted"] == "unlinked" && wanted[0]["asked"] as Int > 0, "the worker logs out")
            #expect(
                try await events(api, id) == [
                    "channel.created", "channel.updated", "channel.updated", "channel.requested", "channel.deleted",
                ])
        }
    }

    @Test func aRepeatedCreationIsOneLine() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let first = try await api.call("POST /api/accounts", as: alice, ["name": "A"], key: "k")
            #expect(try await api.call("POST /api/accounts", as: alice, ["name": "A"], key: "k").text == first.text)
            #expect(try await api.call("GET /api/accounts", as: alice).items.count == 1)
        }
    }

    @Test func thePlanLimitsLinesEvenWhenAskedAtOnce() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 {
                    group.addTask { try await api.call("POST /api/accounts", as: alice, ["name": "A"]).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201, 409, 409, 409, 409])
            let refused = try await api.call("POST /api/accounts", as: alice, ["name": "B"])
            #expect(refused.code == "plan-limit")
            try await api.db.owner.query("update organizations set plan = 'enterprise'")
            _ = try await make(api, alice)
            let id = try #require(try await api.call("GET /api/accounts", as: alice).items.first?["id"]?.string)
            _ = try await api.call("DELETE /api/accounts/\(id)", as: alice)
            try await api.db.owner.query("update organizations set plan = 'starter'")
            #expect(try await api.call("POST /api/accounts", as: alice, ["name": "C"]).status == 409)
        }
    }

    @Test func thereIsAlwaysOnePrimaryLine() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            try await api.db.owner.query("update organizations set plan = 'enterprise'")
            var lines: [String] = []
            for _ in 0..<3 {
                lines.append(try await make(api, alice))
                api.clock.advance(1)
            }
            func primary() async throws -> [String] {
                try await api.call("GET /api/v1/devices", as: alice).items
                    .filter { $0["is_primary"]?.bool == true }.compactMap { $0["id"]?.string }
            }
            #expect(try await primary() == [lines[0]])
            #expect(
                try await api.call("PUT /api/v1/devices/\(lines[1])", as: alice, ["is_primary": true]).status == 200)
            #expect(try await primary() == [lines[1]])
            #expect(
                try await api.call("PUT /api/v1/devices/\(lines[1])", as: alice, ["is_primary": false]).field
                    == "is_primary")
            let plan = try await api.call("DELETE /api/accounts/\(lines[1])?dry_run=true", as: alice)
            #expect(plan.body["cascade"]?["is_primary"]?.bool == true && plan.body["deleted"]?.bool == false)
            #expect(try await primary() == [lines[1]], "a dry run changes nothing")
            _ = try await api.call("DELETE /api/accounts/\(lines[1])", as: alice)
            #expect(try await primary() == [lines[0]])
        }
    }

    @Test func linesPageInTheirOrder() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            try await api.db.owner.query("update organizations set plan = 'enterprise'")
            var made: [String] = []
            for _ in 0..<5 {
                made.append(try await make(api, alice))
                api.clock.advance(1)
            }
            var (seen, cursor): ([String], String?) = ([], nil)
            repeat {
                let page = try await api.call(
                    "GET /api/accounts?limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""), as: alice)
                seen += page.items.compactMap { $0["id"]?.string }
                cursor = page.body["next_cursor"]?.string
            } while cursor != nil
            #expect(seen == made)
        }
    }

    @Test func theCodeIsShownInEveryForm() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let id = try await make(api, alice)
            let none = try await api.call("GET /api/accounts/\(id)/qr", as: alice)
            #expect(none.status == 200 && none.body["qr"] == nil && none.body["status"]?.string == "starting")
            #expect(try await api.call("GET /api/accounts/\(id)/qr?format=png", as: alice).code == "no-code")
            try await write(api, id, "qr = '2@abc,def', qr_expires_at = clock_timestamp() + interval '20 seconds'")
            let shown = try await api.call("GET /api/v1/devices/\(id)/qr", as: alice)
            #expect(shown.body["qr"]?.string == "2@abc,def")
            #expect((1...20).contains(try #require(shown.body["seconds_left"]?.integer)))
            #expect(shown.body["image"]?.string?.hasPrefix("data:image/svg+xml;base64,") == true)
            #expect(shown.response.headers["cache-control"] == "no-store")
            for (format, type, start) in [
                ("text", "text/plain; charset=utf-8", Array("2@abc,def\n".utf8)),
                ("svg", "image/svg+xml", Array("<svg ".utf8)), ("png", "image/png", [0x89, 0x50, 0x4E, 0x47]),
            ] {
                let answer = try await api.call("GET /api/accounts/\(id)/qr?format=\(format)", as: alice)
                #expect(answer.status == 200 && answer.response.headers["content-type"] == type)
                #expect(answer.response.body.starts(with: start))
            }
            #expect(try await api.call("GET /api/accounts/\(id)/qr?format=gif", as: alice).field == "format")
            try await write(api, id, "qr_expires_at = clock_timestamp() - interval '1 second'")
            #expect(
                try await api.call("GET /api/accounts/\(id)/qr", as: alice).body["qr"] == nil, "an old code is none")
            try await api.db.owner.query("update channels set status = 'connected'")
            #expect(try await api.call("GET /api/accounts/\(id)/qr?format=svg", as: alice).code == "already-linked")
        }
    }

    @Test func whatIsAskedOfALineIsWrittenForTheWorker() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let id = try await make(api, alice)
            func ask(_ action: String, _ body: JSONValue? = nil) async throws -> (
                answer: Answer, wanted: String, asked: Int
            ) {
                api.clock.advance(1)
                let answer = try await api.call("POST /api/accounts/\(id)/\(action)", as: alice, body)
                let row = try await api.db.owner.query("select wanted, asked from whatsapp_lines")[0]
                return (answer, try row["wanted"], try row["asked"])
            }
            let stopped = try await ask("disconnect")
            #expect(stopped.answer.status == 202 && stopped.wanted == "stopped" && stopped.asked == 1)
            let again = try await ask("reconnect")
            #expect(again.answer.status == 202 && again.wanted == "connected" && again.asked == 2)
            #expect(try await ask("reconnect").asked == 3, "asking again is heard again")
            #expect(try await ask("disconnect", ["log_out": true]).wanted == "unlinked")
            #expect(try await ask("disconnect", ["logout": true]).answer.status == 422)
            let code = try await ask("pairing-code", ["phone": "(415) 555-0100"])
            #expect(code.answer.status == 202 && code.wanted == "connected", "\(code.answer.text)")
            #expect(try await ask("pairing-code", ["phone": "abc"]).answer.field == "phone")
            try await write(
                api, id,
                "pairing_code = 'ABCD1234', pairing_code_expires_at = clock_timestamp() + interval '2 minutes'")
            let shown = try await api.call("GET /api/accounts/\(id)/pairing-code", as: alice)
            #expect(shown.body["phone"]?.string == "+14155550100" && shown.body["pairing"]?.string == "code")
            #expect(shown.body["pairing_code"]?.string == "ABCD1234")
        }
    }

    @Test func anAgentReadsAndCannotLink() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let id = try await make(api, alice)
            let ben = try await api.signUp("ben")
            try await api.db.owner.query(
                """
                insert into memberships (organization_id, user_id, role, created_at)
                values (\(alice.organization), \(ben.user), 'agent', now())
                """)
            #expect(try await api.call("GET /api/accounts/\(id)", as: ben, in: alice.organization).status == 200)
            for route in [
                "GET /api/accounts/\(id)/qr", "GET /api/accounts/\(id)/pairing-code",
                "POST /api/accounts/\(id)/reconnect",
                "DELETE /api/accounts/\(id)",
            ] {
                #expect(try await api.call(route, as: ben, in: alice.organization).status == 403, "\(route)")
            }
        }
    }

    @Test func aProvidersNumberIsListedButNotLinked() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let line = try #require(try await api.call("GET /api/accounts", as: alice).items.first)
            #expect(line["kind"]?.string == "whatsapp_twilio" && line["link"] == nil)
            #expect(line["phone_number"]?.string?.hasPrefix("+1555") == true)
            #expect(try await api.call("GET /api/accounts/\(thread.channel)/qr", as: alice).code == "not-linkable")
            #expect(
                try await api.call("POST /api/accounts/\(thread.channel)/reconnect", as: alice).code == "not-linkable")
            #expect(try await api.call("DELETE /api/accounts/\(thread.channel)", as: alice).code == "provider-number")
        }
    }

    @Test func aForeignPersonaIsNone() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let bob = try await api.signUp("bob")
            let theirs = try #require(try await api.call("GET /api/v1/personas", as: bob).items.first?["id"]?.string)
            let own = try #require(try await api.call("GET /api/v1/personas", as: alice).items.first?["id"]?.string)
            let made = try await api.call(
                "POST /api/accounts", as: alice, .object(["name": "A", "persona_id": .string(theirs)]))
            #expect(made.field == "persona_id")
            let id = try await make(api, alice, .object(["name": "A", "persona_id": .string(own)]))
            let path = "PATCH /api/accounts/\(id)"
            #expect(try await api.call(path, as: alice, .object(["persona_id": .string(theirs)])).field == "persona_id")
            let none = try await api.call(path, as: alice, ["persona_id": .null])
            #expect(none.status == 200 && none.body["persona_id"] == nil)
        }
    }

    @Test func statisticsCountAndTheHealthSaysWhy() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let id = try #require(ChannelID(try await make(api, alice)))
            try await write(api, id.text, "linked_at = timestamptz '2026-11-01'")
            try await LineHistory(api: api, organization: alice.organization, line: id).write()
            let answer = try await api.call("GET /api/accounts/\(id)/stats", as: alice)
            #expect(answer.status == 200, "\(answer.text)")
            let body = answer.body
            #expect(
                body["last_24_hours"]?["outbound"]?.integer == 10 && body["last_24_hours"]?["inbound"]?.integer == 6)
            #expect(body["last_24_hours"]?["ai_replies"]?.integer == 10 && body["conversations"]?.integer == 10)
            #expect(body["days"]?.array?.count == 30)
            #expect(body["pacing"]?["day"]?["used"]?.integer == 9, "what failed was not sent")
            #expect(body["pacing"]?["new_chats"]?["used"]?.integer == 4 && body["pacing"]?["age_days"]?.integer == 20)
            let reasons = body["health"]?["reasons"]?.array?.compactMap { $0["reason"]?.string } ?? []
            #expect(reasons.contains { $0.contains("4 of 9 people were written to without") }, "\(reasons)")
            #expect(reasons.contains { $0.contains("1 of 10 messages were not delivered") }, "\(reasons)")
            #expect(reasons.contains { $0.contains("Suspensions by WhatsApp in thirty days: 1") }, "\(reasons)")
            #expect(body["health"]?["grade"]?.string == "poor")
        }
    }

    @Test func deletingNamesAndWithdrawsWhatWasQueued() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let id = try #require(ChannelID(try await make(api, alice)))
            let history = LineHistory(api: api, organization: alice.organization, line: id)
            try await history.write()
            try await api.db.owner.query("update messages set status = 'queued' where status = 'sent'")
            try await write(api, id.text, "jid = '15550009999:1@s.whatsapp.net'")
            let deleted = try await api.call("DELETE /api/v1/devices/\(id)", as: alice)
            let cascade = try #require(deleted.body["cascade"])
            #expect(cascade["conversations"]?.integer == 10 && cascade["queued_messages"]?.integer == 9)
            #expect(cascade["is_linked"]?.bool == true)
            #expect(cascade["summary"]?.string?.contains("9 messages that have not left are withdrawn") == true)
            let left = try await api.db.owner.query("select count(*) as n from messages where status = 'queued'")
            #expect(try left[0]["n"] == 0)
        }
    }
}

/// Ten chats of the last hours: six customers wrote and were answered, four were written to first; one of those messages
/// failed. The line was suspended once, two weeks ago.
struct LineHistory {
    let api: TestAPI
    let organization: OrganizationID
    let line: ChannelID

    func write() async throws {
        let now = api.clock.now
        for number in 0..<10 {
            let wrote = number < 6
            let at = now.addingTimeInterval(-Double(600 * (number + 1)))
            let (contact, thread) = (ContactID(UUID()), ConversationID(UUID()))
            let remote = "1555000\(1_000 + number)@s.whatsapp.net"
            try await api.db.app.pipeline(
                for: organization,
                [
                    """
                    insert into contacts (id, organization_id, created_at, updated_at)
                    values (\(contact), \(organization), \(at), \(at))
                    """,
                    """
                    insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address,
                        last_inbound_at, last_message_at, created_at)
                    values (\(thread), \(organization), \(line), \(contact), \(remote), '1@s.whatsapp.net',
                        \(wrote ? at : nil), \(at), \(at))
                    """,
                    """
                    insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body, status,
                        created_at)
                    select gen_random_uuid(), \(organization), \(thread), \(line), 'inbound', 'contact', 'hi', 'received', \(at)
                    where \(wrote)
                    """,
                    """
                    insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body, status,
                        created_at, sent_at)
                    values (gen_random_uuid(), \(organization), \(thread), \(line), 'outbound', 'ai', 'hello',
                        \(number == 0 ? "failed" : "sent"), \(at.addingTimeInterval(1)),
                        \(number == 0 ? nil : at.addingTimeInterval(1)))
                    """,
                ])
        }
        try await api.db.app.pipeline(
            for: organization,
            [
                try .event(
                    "channel.status", about: line.rawValue, of: organization, data: ["status": "banned"],
                    at: now.addingTimeInterval(-14 * 86_400))
            ])
    }
}
