import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web

/// Sending on a line that is linked by scanning, files and polls.
@Suite struct SendTests {
    /// A linked line and, if it wrote, a customer known by a hidden id and a number.
    private struct Stage {
        let api: TestAPI
        let alice: Visitor
        let line: ChannelID

        static func with(replyOnly: Bool = true, _ body: (Stage) async throws -> Void) async throws {
            try await TestAPI.with { api in
                let alice = try await api.signUp("alice")
                let made = try await api.call(
                    "POST /api/accounts", as: alice, .object(["name": "Line", "reply_only": .bool(replyOnly)]))
                let line = try #require(made.body["id"]?.string.flatMap { ChannelID($0) })
                try await api.db.owner.query(
                    "update channels set status = 'connected', address = '15559990000@s.whatsapp.net' where id = \(line)"
                )
                try await api.db.owner.query(
                    "update whatsapp_lines set linked_at = timestamptz '2026-11-01' where channel_id = \(line)")
                try await body(Stage(api: api, alice: alice, line: line))
            }
        }

        func customer(_ remote: String, number: String? = nil) async throws {
            let (contact, thread, now) = (ContactID(UUID()), ConversationID(UUID()), api.clock.now)
            try await api.db.app.pipeline(
                for: alice.organization,
                [
                    """
                    insert into contacts (id, organization_id, created_at, updated_at)
                    values (\(contact), \(alice.organization), \(now), \(now))
                    """,
                    """
                    insert into contact_addresses (organization_id, kind, address, contact_id, created_at)
                    select \(alice.organization), 'whatsapp_web', address, \(contact), \(now)
                    from unnest(\(array: [remote, number].compactMap { $0 })::text[]) address
                    """,
                    """
                    insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address,
                        last_inbound_at, last_message_at, created_at, is_group)
                    values (\(thread), \(alice.organization), \(line), \(contact), \(remote), '15559990000@s.whatsapp.net',
                        \(now), \(now), \(now), \(remote.hasSuffix("@g.us")))
                    """,
                ])
        }

        func send(_ kind: String = "", _ fields: [String: JSONValue], key: String? = nil) async throws -> Answer {
            let body = fields.merging(["account_id": .string(line.text)]) { first, _ in first }
            return try await api.call("POST /api/messages/send\(kind)", as: alice, .object(body), key: key)
        }

        func outbox() async throws -> [Row] {
            try await api.db.owner.query(
                "select type, body, media, content, author from messages where direction = 'outbound' order by created_at, id"
            )
        }
    }

    @Test func aNumberInAnyFormFindsTheChatUnderTheHiddenID() async throws {
        try await Stage.with { stage in
            try await stage.customer("100000000000001@lid", number: "14155550100@s.whatsapp.net")
            for number in [
                "+14155550100", "14155550100", "14155550100@c.us", "(415) 555-0100", "14155550100@s.whatsapp.net",
                "100000000000001@lid",
            ] {
                let sent = try await stage.send("", ["number": .string(number), "message": "Hi"])
                #expect(sent.status == 202, "\(number): \(sent.text)")
                #expect(sent.body["to"]?.string == "100000000000001@lid")
            }
            #expect(try await stage.outbox().count == 6)
            let jobs = try await stage.api.db.owner.query("select destination from jobs where kind = 'line_send'")
            #expect(
                try jobs.map { try $0["destination"] as String } == [stage.line.text], "it waits for the line")
            let owner = try await stage.api.db.owner.query("select owner from conversations")
            #expect(try owner[0]["owner"] == "human", "the machines are silent now")
        }
    }

    /// Who wrote under a hidden id first is known by it; the line learns the number beside it.
    @Test func aNumberThatOnlyTheLineKnowsFindsTheChatToo() async throws {
        try await Stage.with { stage in
            try await stage.customer("100000000000001@lid")
            let number: [String: JSONValue] = ["number": "+14155550100", "message": "Hi"]
            #expect(try await stage.send("", number).code == "paced")
            try await stage.api.db.owner.query(
                """
                insert into whatsapp_people (organization_id, channel_id, lid, phone_number, updated_at)
                values (\(stage.alice.organization), \(stage.line), '100000000000001', '14155550100', now())
                """)
            #expect(try await stage.send("", number).body["to"]?.string == "100000000000001@lid")
        }
    }

    @Test func aReplyOnlyLineBeginsNoChat() async throws {
        try await Stage.with { stage in
            let refused = try await stage.send("", ["number": "+14155550100", "message": "Hi"])
            #expect(refused.status == 409 && refused.code == "paced")
            #expect(refused.body["detail"]?.string?.contains("wrote to it first") == true)
            #expect(try await stage.send("", ["number": "120363000000000001@g.us", "message": "Hi"]).status == 404)
            let rows = try await stage.api.db.owner.query("select count(*) as n from conversations")
            #expect(try rows[0]["n"] == 0)
        }
    }

    @Test func anOpenLineBeginsAsManyChatsAsItsAgeAllows() async throws {
        try await Stage.with(replyOnly: false) { stage in
            let limit = LineLimits.after(days: 20).startsPerDay
            for number in 0..<limit {
                let sent = try await stage.send("", ["number": .string("+1415555010\(number)"), "message": "Hi"])
                #expect(sent.status == 202, "\(sent.text)")
                #expect(sent.body["to"]?.string == "1415555010\(number)@s.whatsapp.net")
            }
            let refused = try await stage.send("", ["number": "+14155550199", "message": "Hi"])
            #expect(refused.code == "paced" && refused.body["detail"]?.string?.contains("\(limit) chats a day") == true)
        }
    }

    @Test func groupsThatWroteCanBeAnswered() async throws {
        try await Stage.with { stage in
            try await stage.customer("120363000000000001@g.us")
            #expect(try await stage.send("", ["number": "120363000000000001@g.us", "message": "Hi"]).status == 202)
        }
    }

    @Test(arguments: ["auth_failed", "stopped", "banned", "qr_pending"])
    func aLineThatWaitsForItsOwnerRefusesInWords(_ status: String) async throws {
        try await Stage.with { stage in
            try await stage.customer("14155550100@s.whatsapp.net")
            try await stage.api.db.owner.query(
                "update channels set status = \(status), status_reason = 'This device was unlinked on the phone.'")
            let refused = try await stage.send("", ["number": "+14155550100", "message": "Hi"])
            #expect(refused.code == "channel-not-connected")
            #expect(refused.body["detail"]?.string?.contains("unlinked on the phone") == true)
            try await stage.api.db.owner.query("update channels set status = 'reconnecting'")
            #expect(
                try await stage.send("", ["number": "+14155550100", "message": "Hi"]).status == 202,
                "it comes back by itself")
        }
    }

    @Test func longTextsLeaveWholeOrNotAtAll() async throws {
        try await Stage.with { stage in
            try await stage.customer("14155550100@s.whatsapp.net")
            let long = String(repeating: "x", count: 4_096)
            #expect(try await stage.send("", ["number": "+14155550100", "message": .string(long)]).status == 202)
            #expect(
                try await stage.send("", ["number": "+14155550100", "message": .string(long + "x")]).field == "message")
        }
    }

    @Test func filesAreSentByAddressOrUpload() async throws {
        try await Stage.with { stage in
            try await stage.customer("14155550100@s.whatsapp.net")
            let byURL: [String: JSONValue] = [
                "number": "+14155550100", "url": "https://example.com/menu.pdf", "mimetype": "Application/PDF; x=1",
                "filename": "menu.pdf", "caption": "Our menu",
            ]
            let first = try await stage.send("/media", byURL, key: "k")
            #expect(first.status == 202, "\(first.text)")
            #expect(try await stage.send("/media", byURL, key: "k").text == first.text)
            stage.api.clock.advance(1)
            let upload = try await stage.api.call(
                "POST /api/v1/uploads?filename=cat.png", as: stage.alice, headers: [("content-type", "image/png")],
                raw: [1, 2, 3, 0xFF])
            #expect(upload.status == 201 && upload.body["size"]?.integer == 4, "\(upload.text)")
            let id = try #require(upload.body["id"]?.string)
            #expect(try await stage.send("/media", ["number": "+14155550100", "upload_id": .string(id)]).status == 202)
            let rows = try await stage.outbox()
            #expect(rows.count == 2)
            #expect(try rows[0]["type"] == "document" && rows[0]["body"] == "Our menu")
            #expect(
                try rows[0]["media"] == #"[{"url": "https://example.com/menu.pdf", "content_type": "application/pdf"}]"#
            )
            #expect(try rows[0]["content"] == #"{"filename": "menu.pdf"}"#)
            #expect(
                try rows[1]["type"] == "image"
                    && rows[1]["media"] == #"[{"url": "upload:\#(id)", "content_type": "image/png"}]"#)
            let kept = try await UploadStore(database: stage.api.db.app).read(
                try #require(MediaReference(url: "upload:\(id)", contentType: "image/png").upload),
                of: stage.alice.organization, at: stage.api.clock.now)
            #expect(kept?.bytes == Data([1, 2, 3, 0xFF]) && kept?.filename == "cat.png")
        }
    }

    @Test func whatIsNoFileIsRefused() async throws {
        try await Stage.with { stage in
            try await stage.customer("14155550100@s.whatsapp.net")
            let bob = try await stage.api.signUp("bob")
            let theirs = try await stage.api.call(
                "POST /api/v1/uploads", as: bob, headers: [("content-type", "image/png")], raw: [1])
            let cases: [([String: JSONValue], String)] = [
                (["url": "https://example.com/a"], "mimetype"), (["url": "/a", "mimetype": "image/png"], "url"),
                (["url": "file:///etc/passwd", "mimetype": "image/png"], "url"), (["mimetype": "image/png"], "url"),
                (["url": "https://example.com/a", "mimetype": "image"], "mimetype"),
                (["upload_id": .string(try #require(theirs.body["id"]?.string))], "upload_id"),
                (["upload_id": "x"], "upload_id"),
                (["upload_id": .string(UUID().uuidString), "url": "https://a.example", "mimetype": "a/b"], "url"),
            ]
            for (fields, field) in cases {
                let refused = try await stage.send("/media", fields.merging(["number": "+14155550100"]) { $1 })
                #expect(refused.status == 422 && refused.field == field, "\(fields): \(refused.text)")
            }
            let empty = try await stage.api.call(
                "POST /api/v1/uploads", as: bob, headers: [("content-type", "image/png")], raw: [])
            #expect(empty.status == 400)
            let large = try await stage.api.call(
                "POST /api/v1/uploads", as: bob, headers: [("content-type", "image/png")],
                raw: Array(repeating: 1, count: UploadStore.largest + 1))
            #expect(large.status == 413)
        }
    }

    @Test func uploadsAreBoundedAndGoAfterADay() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            func upload(as visitor: Visitor) async throws -> Answer {
                try await api.call(
                    "POST /api/v1/uploads", as: visitor, headers: [("content-type", "video/mp4")],
                    raw: Array(repeating: 7, count: UploadStore.largest))
            }
            let soon = api.clock.now.addingTimeInterval(3_600)
            try await api.db.owner.query(
                """
                insert into uploads (id, organization_id, user_id, content_type, bytes, created_at, expires_at)
                select gen_random_uuid(), \(alice.organization), \(alice.user), 'video/mp4',
                    decode(repeat('07', 4194304), 'hex'), \(soon), \(soon) from generate_series(1, 24)
                """)
            #expect(try await upload(as: alice).status == 201, "a hundred megabytes are there")
            #expect(try await upload(as: alice).code == "uploads-full")
            let gone = try await HousekeepingStore(database: api.database(as: .housekeeping)).prune(at: soon)
            #expect(gone >= 24)
            #expect(try await upload(as: alice).status == 201)
        }
    }

    @Test func aProvidersLineGetsASignedAddressAndATextForAPoll() async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let upload = try await api.call(
                "POST /api/v1/uploads?filename=a.png", as: alice, headers: [("content-type", "image/png")], raw: [1, 2])
            let base: [String: JSONValue] = ["account_id": .string(thread.channel.text), "number": "+15550001111"]
            let id = try #require(upload.body["id"]?.string)
            let sent = try await api.call(
                "POST /api/messages/send/media", as: alice, .object(base.merging(["upload_id": .string(id)]) { $1 }))
            #expect(sent.status == 202, "\(sent.text)")
            let media: String = try await api.db.owner.query(
                "select media -> 0 ->> 'url' as url from messages where direction = 'outbound'")[0]["url"]
            #expect(media.hasPrefix("https://bot.example.com/api/v1/files/"))
            let path = media.dropFirst("https://bot.example.com".count)
            let file = try await api.call("GET \(path)")
            #expect(file.status == 200 && file.response.body == [1, 2])
            #expect(file.response.headers["content-type"] == "image/png")
            #expect(file.response.headers["content-disposition"] == "attachment")
            #expect(try await api.call("GET \(path)x").status == 404)
            #expect(try await api.call("GET /api/v1/files/\(id)").status == 404)
            api.clock.advance(86_401)
            #expect(try await api.call("GET \(path)").status == 404)
            api.clock.advance(-86_401)
            let poll = try await api.call(
                "POST /api/messages/send/poll", as: alice,
                .object(base.merging(["question": "Which?", "options": ["Red", "Blue"]]) { $1 }))
            #expect(poll.status == 202, "\(poll.text)")
            let texts = try await api.db.owner.query(
                "select body from messages where direction = 'outbound' and type = 'text'")
            #expect(try texts.map { try $0["body"] } == ["Which?\n\n1. Red\n2. Blue"])
        }
    }

    @Test func pollsHaveTwoToTwelveDifferentOptions() async throws {
        try await Stage.with { stage in
            try await stage.customer("14155550100@s.whatsapp.net")
            func poll(_ options: [String], multiple: Bool = false) async throws -> Answer {
                try await stage.send(
                    "/poll",
                    [
                        "number": "+14155550100", "question": "Which?", "multiple": .bool(multiple),
                        "options": .array(options.map(JSONValue.string)),
                    ])
            }
            #expect(try await poll(["A"]).field == "options")
            #expect(try await poll((1...13).map(String.init)).field == "options")
            #expect(try await poll(["A", "A"]).field == "options")
            #expect(try await poll(["A", ""]).field == "options[1]")
            #expect(try await poll(["A", String(repeating: "x", count: 101)]).field == "options[1]")
            #expect(try await poll(["A", "B"]).status == 202)
            stage.api.clock.advance(1)
            #expect(try await poll((1...12).map(String.init), multiple: true).status == 202)
            let rows = try await stage.outbox()
            #expect(try rows[0]["type"] == "poll" && rows[0]["body"] == "Which?")
            #expect(try rows[0]["content"] == #"{"poll": {"options": ["A", "B"], "selectable": 1}}"#)
            #expect(try (rows[1]["content"] as String).contains(#""selectable": 0"#))
        }
    }
}
