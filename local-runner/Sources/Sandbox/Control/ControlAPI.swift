import FoundationEssentials
import Web

/// `/sandbox/control`: what the phone page and the tests use to act and to look. Not part of any provider.
///
/// - `GET state`, `GET conversation?customer=&business=`, `GET phones/{number}/messages`, `GET events` (server-sent)
/// - `POST messages` `{from, to, body, media, name}`: the customer writes; answers when Parley has answered the webhook
/// - `POST messages/{sid}/redeliver`: the same webhook once more
/// - `GET|POST|DELETE faults`, `GET|POST clock`, `POST customers`, `POST numbers` `{number, name}`, `POST reset`
///
/// Writes take JSON only: a page of another site can't send that here without asking. Who may ask at all, `LocalCallers` says.
struct ControlAPI: Sendable {
    let twilio: SimulatedTwilio
    let webhooks: WebhookSender

    var endpoints: [Endpoint] {
        let base = "/sandbox/control"
        return [
            Endpoint("GET \(base)/state") { _ in .json(await twilio.overview()) },
            Endpoint("GET \(base)/conversation", conversation),
            Endpoint("GET \(base)/events") { _ in await events() },
            Endpoint("GET \(base)/phones/{number}/messages") { request in
                .json(["messages": await twilio.messages(of: request.pathParameter("number"))])
            },
            Endpoint("GET \(base)/messages") { _ in
                .json(["messages": .array(await twilio.messages.map(Views.message))])
            },
            write("POST \(base)/messages", receive),
            write("POST \(base)/messages/{sid}/redeliver", redeliver),
            Endpoint("GET \(base)/faults") { _ in .json(["faults": await twilio.overview()["faults"] ?? []]) },
            write("POST \(base)/faults", planFault),
            Endpoint("DELETE \(base)/faults") { _ in
                await twilio.clearFaults()
                return .noContent
            },
            Endpoint("GET \(base)/clock") { _ in .json(Views.clock(twilio.clock)) },
            write("POST \(base)/clock", moveClock),
            write("POST \(base)/customers", changeCustomer),
            write("POST \(base)/numbers", nameNumber),
            write("POST \(base)/reset") { _, _ in
                await twilio.forgetConversations()
                return .noContent
            },
        ]
    }

    private func write(
        _ declaration: String, _ act: @escaping @Sendable (Web.Request, JSONValue) async throws -> Reply
    ) -> Endpoint {
        Endpoint(declaration) { request in
            guard request.headers["content-type"]?.hasPrefix("application/json") == true else {
                throw Fault.unsupportedType
            }
            return try await act(request, request.body.isEmpty ? [:] : try request.jsonBody())
        }
    }

    // MARK: Conversation

    private func conversation(_ request: Web.Request) async throws -> Reply {
        let query = try request.queryForm()
        let pair = Pair(
            customer: try address(query["customer"], "customer"), business: try address(query["business"], "business"))
        return .json(await twilio.conversation(pair))
    }

    private func address(_ text: String?, _ field: String) throws -> Address {
        guard let address = Address(text ?? "") else {
            throw Fault.invalid(field, "\(field) is an address like whatsapp:+15550100 or +15550100.")
        }
        return address
    }

    private func receive(_ request: Web.Request, _ body: JSONValue) async throws -> Reply {
        let text = body["body"]?.string ?? ""
        let media = try (body["media"]?.array ?? []).prefix(10).map(attachment)
        guard !text.isEmpty || !media.isEmpty else { throw Fault.invalid("body", "Write something or attach a file.") }
        guard text.utf16.count <= 4_096 else { throw Fault.invalid("body", "At most 4,096 characters.") }
        let draft = InboundDraft(
            from: try address(body["from"]?.string, "from"), to: try address(body["to"]?.string, "to"), body: text,
            media: media, name: body["name"]?.string.map { String($0.prefix(100)) })
        return .json(["message": Views.message(await webhooks.receive(draft))], status: 201)
    }

    /// `{"sample": "menu.png"}` or `{"url": "https://…", "content_type": "image/png"}`.
    private func attachment(_ value: JSONValue) throws -> (source: String, contentType: String) {
        if let sample = value["sample"]?.string, PhonePage.samples.contains(sample) {
            return (sample, mediaType(of: sample))
        }
        guard let url = value["url"]?.string, url.hasPrefix("https://") || url.hasPrefix("http://"), url.count <= 2_000
        else {
            throw Fault.invalid("media", "An attachment is a sample's name or an http(s) URL.")
        }
        return (url, value["content_type"]?.string ?? mediaType(of: url))
    }

    private func redeliver(_ request: Web.Request, _: JSONValue) async throws -> Reply {
        let sid = request.pathParameter("sid")
        guard await twilio.message(sid)?.direction == .inbound else { throw Fault.notFound("inbound message") }
        await webhooks.deliver(sid)
        guard let message = await twilio.message(sid) else { throw Fault.notFound("inbound message") }
        return .json(["message": Views.message(message)])
    }

    // MARK: Faults, clock, customers

    private func planFault(_ request: Web.Request, _ body: JSONValue) async throws -> Reply {
        guard let kind = body["kind"]?.string.flatMap(PlannedFault.Kind.init) else {
            let known = PlannedFault.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Fault.invalid("kind", "kind is one of \(known).")
        }
        let provider = body["provider"]?.string ?? "twilio"
        let times = body["times"]?.integer ?? 1
        guard (1...1_000).contains(times) else { throw Fault.invalid("times", "times is 1 to 1,000.") }
        let status = body["status"]?.integer
        guard status.map({ (400...599).contains($0) }) ?? true else {
            throw Fault.invalid("status", "status is 400 to 599.")
        }
        let usual: PlannedFault.Operation = provider == "twilio" ? .send : .chat
        let operation = body["operation"]?.string.map(PlannedFault.Operation.init) ?? usual
        guard let operation else {
            throw Fault.invalid("operation", "operation is send, list, numbers, typing or chat.")
        }
        let fault = await twilio.plan { id in
            PlannedFault(
                id: id, provider: provider, kind: kind, operation: operation, remaining: times,
                seconds: body["seconds"]?.double, status: status, code: body["code"]?.integer,
                retryAfter: body["retry_after"]?.integer)
        }
        return .json(Views.fault(fault), status: 201)
    }

    private func moveClock(_ request: Web.Request, _ body: JSONValue) async throws -> Reply {
        if body["reset"]?.bool == true {
            try twilio.clock.reset()
        } else if let seconds = body["advance_seconds"]?.double {
            try await twilio.clock.advance(by: seconds)
        } else {
            throw Fault.invalid("advance_seconds", "Say {\"advance_seconds\": n} or {\"reset\": true}.")
        }
        await twilio.changed()
        return .json(Views.clock(twilio.clock))
    }

    private func changeCustomer(_ request: Web.Request, _ body: JSONValue) async throws -> Reply {
        guard let number = body["number"]?.string, isE164(number) else {
            throw Fault.invalid("number", "number is E.164.")
        }
        await twilio.know(number) { customer in
            customer.name = body["name"]?.string.map { String($0.prefix(100)) } ?? customer.name
            customer.isOnline = body["online"]?.bool ?? customer.isOnline
            customer.sendsReadReceipts = body["reads"]?.bool ?? customer.sendsReadReceipts
        }
        await twilio.save()
        for sid in await twilio.waiting(for: number) { webhooks.progress(sid) }
        return .json(Views.customer(number, await twilio.customers[number] ?? Customer(name: "")))
    }

    /// The name that customers read, which WhatsApp keeps with the sender and not with the number.
    private func nameNumber(_ request: Web.Request, _ body: JSONValue) async throws -> Reply {
        guard let number = body["number"]?.string, let name = body["name"]?.string, (1...100).contains(name.count)
        else {
            throw Fault.invalid(
                "name", "Say {\"number\": \"+1...\", \"name\": \"...\"}, the name up to 100 characters.")
        }
        guard let named = await twilio.name(number, name) else { throw Fault.notFound("number") }
        return .json(Views.number(named))
    }

    // MARK: Live

    /// One event per change with the state's version; the reader fetches what it shows.
    private func events() async -> Reply {
        let changes = await twilio.changes()
        let (chunks, writer) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(4))
        let reading = Task {
            for await version in changes { writer.yield(Array("data: {\"version\":\(version)}\n\n".utf8)) }
        }
        writer.onTermination = { _ in reading.cancel() }
        let headers = Headers([
            (name: "content-type", value: "text/event-stream"), (name: "cache-control", value: "no-store"),
            (name: "x-accel-buffering", value: "no"),
        ])
        return .stream(status: 200, headers: headers, chunks: chunks)
    }
}
