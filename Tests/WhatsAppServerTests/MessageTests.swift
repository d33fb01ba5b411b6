import Support
import Testing
import WhatsAppServer
import WhatsAppWire

@Suite(.timeLimit(.minutes(2))) struct MessageTests {
    @Test(arguments: [true, false]) func groupsBothWays(namesHiddenUsers: Bool) async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let people = ["15552223333", "15554445555"]
            for number in people { try await server.contact(number) }
            let group = try await server.makeGroup(
                "Friends", members: people + [line.number], namesHiddenUsers: namesHiddenUsers)
            let ana = try await server.contact(people[0])
            for words in ["first", "second"] {
                let id = try await ana.send(words, toGroup: group)
                let got = try await client.message { $0.message.id == id }
                #expect(got.content?.body == .text(words) && got.message.chat.description == group)
                #expect(got.message.sender.isHiddenUser == namesHiddenUsers)
            }
            let jid = try #require(JID(group))
            for words in ["hello", "again"] {
                try await client.send(.text(words), to: jid, id: "G-\(words)")
                for number in people {
                    let read = try await server.next(.message) { $0.person == number && $0.text == words }
                    #expect(read.group == group && read.account == line.number)
                }
            }
            try await server.rename(group: group, to: "Old friends")
            let renamed = try await client.node { $0.child("subject") != nil }
            #expect(Notification(renamed) == .group(jid, [.subject("Old friends")]))
            try await server.remove(line.number, fromGroup: group)
            let removal = try await client.node { $0["type"] == "w:gp2" && $0.child("remove") != nil }
            #expect(removal.jid("from") == jid)
            let ack = try await client.ask { Node("message", ["id": .text($0), "to": .jid(jid), "type": "text"]) }
            #expect(ServerAck(ack)?.error == 479)
        }
    }

    @Test func everyKindOfMessageFromAContact() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let ana = try await server.contact("15552223333")
            let first = try await ana.send("Hi", to: line)
            let place = Draft(location: .init(latitude: 52.5, longitude: 13.4, name: "Berlin"))
            let drafts: [(Draft, (Body?) -> Bool)] = [
                (
                    Draft(reaction: .init(id: first, text: "❤️")),
                    { if case .reaction(_, "❤️")? = $0 { true } else { false } }
                ),
                (
                    Draft(edit: .init(id: first, text: "Hello")),
                    { if case .edit(_, .text("Hello"))? = $0 { true } else { false } }
                ),
                (Draft(revoke: first), { if case .revoke(let key)? = $0 { key.id == first } else { false } }),
                (place, { if case .location(let found)? = $0 { found.name == "Berlin" } else { false } }),
                (
                    Draft(poll: .init(name: "When?", options: ["1", "2"])),
                    { if case .poll("When?", ["1", "2"], 1)? = $0 { true } else { false } }
                ),
            ]
            for (draft, fits) in drafts {
                let id = try await ana.send(draft, to: line)
                let got = try await client.message { $0.message.id == id }
                #expect(fits(got.content?.body), "\(got)")
            }
            try await ana.type(to: line)
            let typing = try await client.node("chatstate")
            #expect(typing.child("composing") != nil)
            await #expect(throws: ActionError.self) { try await ana.send(Draft(), to: line) }
            await #expect(throws: ActionError.self) {
                try await ana.send(Draft(vote: .init(id: "no", options: [])), to: line)
            }
        }
    }

    @Test func pollsAndVotes() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let ana = try await server.contact("15552223333")
            let id = try await ana.send("Hi", to: line)
            let chat = try await client.message { $0.message.id == id }.message.chat
            let secret = [UInt8](repeating: 5, count: 32)
            try await client.send(
                .poll("Size?", options: ["S", "M", "L"], selectable: 1, secret: secret), to: chat, id: "POLL")
            let shown = try await server.next(.message) { $0.type == "poll" }
            #expect(shown.detail == "S, M, L")
            let vote = try await ana.send(Draft(vote: .init(id: "POLL", options: ["M"])), to: line)
            guard
                case .pollVote(let key, let payload, let nonce)? =
                    try await client.message(where: { $0.message.id == vote }).content?.body
            else {
                Issue.record("not a vote")
                return
            }
            let own = try #require(await client.account?.lid)
            let context = PollVote.Context(secret: secret, pollID: "POLL", creator: own, voter: chat)
            #expect(key.id == "POLL")
            #expect(
                try PollVote(decrypting: payload, nonce: nonce, in: context).options == [PollVote.hash(ofOption: "M")])
        }
    }

    @Test func anyoneMoreThanOneDeviceGetsEachItsOwn() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let ana = try await server.contact("15552223333")
            try await ana.addDevice()
            let told = try await client.node { $0["type"] == "devices" }
            #expect(Notification(told) == .devicesChanged(told.jid("from") ?? .service))
            let lid = try #require(told.jid("from"))
            try await client.send(.text("both"), to: lid, id: "M1")
            for device: UInt16 in [0, 1] {
                let got = try await server.next(.message) { $0.personDevice == device }
                #expect(got.text == "both" && got.account == line.number)
            }
            var stanza = try await client.direct(.text("only one"), lid, "M2")
            stanza.recipients.removeAll { $0.device == lid.with(device: 1) }
            try await client.send(stanza.node)
            let ack = try await client.node { $0.tag == "ack" && $0["id"] == "M2" }
            #expect(ServerAck(ack)?.meaning(sentHash: nil) == .staleDevices)
        }
    }

    @Test func aContactMovesFromPhoneNumberToHiddenID() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let ana = try await server.contact("15552223333", appearance: .phoneNumber)
            let before = try await ana.send("one", to: line)
            let old = try await client.message { $0.message.id == before }
            #expect(old.message.sender == .phoneNumber("15552223333") && old.message.senderAlternate == nil)
            try await ana.appear(as: .hiddenUser)
            let after = try await ana.send("two", to: line)
            let new = try await client.message { $0.message.id == after }
            #expect(new.message.sender.isHiddenUser)
            #expect(new.message.pairs.first?.phoneNumber == .phoneNumber("15552223333"))
        }
    }

    @Test func theOwnerTypesOnThePhoneAndUnlinks() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let ana = try await server.contact("15552223333")
            let id = try await server.phone(of: line).send("I'll call you", to: ana)
            let got = try await client.message { $0.message.id == id }
            #expect(got.message.isFromMe && got.content?.body == .text("I'll call you"))
            #expect(got.content?.destination == got.message.chat)
            try await server.unlink(line)
            let end = try await client.node("stream:error")
            #expect(Ending(end)?.cause == .unlinked)
            await client.disconnect()
            try await client.connect()
            let refused = try await client.node("failure")
            #expect(Ending(refused)?.cause == .unlinked)
        }
    }

    @Test func aClientLogsOut() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let own = try #require(await client.account?.jid)
            let answer = try await client.ask { Stanzas.logout(id: $0, device: own) }
            #expect(answer["type"] == "result")
            _ = try await server.next(.unlinked) { $0.account == line.number }
            let accounts = await server.accounts()
            #expect(accounts.isEmpty)
        }
    }
}
