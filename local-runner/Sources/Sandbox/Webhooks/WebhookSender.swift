import FoundationEssentials
import Web

/// Posts what happens at the simulated Twilio to Parley: inbound webhooks and status callbacks, signed, timed out and retried
/// as Twilio does.
struct WebhookSender: Sendable {
    let configuration: SandboxConfiguration
    let twilio: SimulatedTwilio
    let background: Background
    let client = WebhookClient()
    /// How long a message rests at each step of its way to the phone.
    static let step = Duration.milliseconds(120)

    // MARK: Inbound

    /// Takes the customer's message and, unless a fault holds it back, waits until Parley has answered its webhook.
    func receive(_ draft: InboundDraft) async -> Message {
        let (message, dispatch) = await twilio.receive(draft)
        switch dispatch {
        case .now(let items):
            for item in items {
                for _ in 0..<item.times { await deliver(item.sid) }
            }
        case .later(let sid, let seconds):
            background.run {
                try? await Task.sleep(for: .seconds(seconds))
                await deliver(sid)
            }
        case .held: break
        }
        return await twilio.message(message.sid) ?? message
    }

    /// Posts the message's webhook, again too: a repeat carries the same MessageSid.
    func deliver(_ sid: String) async {
        guard let message = await twilio.message(sid) else { return }
        let number = await twilio.numbers[message.to.number]
        let profile = await twilio.customers[message.from.number]?.name ?? ""
        let url = number?.smsURL ?? "\(configuration.publicURL)/api/whatsapp/webhook"
        let form = WebhookForms.inbound(
            message, account: configuration.twilioAccountSID, profileName: profile, apiBase: await twilio.apiBase)
        let (result, delivery) = await post(form, to: url, .webhook, message, status: "")
        _ = await twilio.update(sid) { $0.webhook = delivery.summary }
        await twilio.log(delivery)
        if case .success(let answer) = result, (200..<300).contains(answer.status) { await reply(to: message, answer) }
    }

    /// TwiML in the answer is a reply, sent like any other message.
    private func reply(to message: Message, _ answer: WebhookAnswer) async {
        for text in TwiML.messages(in: answer.body).prefix(10) {
            let sent = await twilio.accept(
                OutboundDraft(from: message.to, to: message.from, body: text, direction: .outboundReply))
            progress(sent.sid)
        }
    }

    // MARK: Status

    /// Walks the message to the phone, step by step, with a callback for each.
    func progress(_ sid: String) {
        background.run {
            let fault = await twilio.takeFault(.callback, .send)
            var postponed: [Message] = []
            var isFirst = true
            while true {
                try? await Task.sleep(for: Self.step)
                guard let message = await twilio.nextStep(sid), !Task.isCancelled else { break }
                switch fault?.kind {
                case .callbacksReversed: postponed.append(message)
                case .callbackLost where isFirst: break
                case .callbackDuplicated:
                    await callback(message)
                    await callback(message)
                default: await callback(message)
                }
                isFirst = false
            }
            for message in postponed.reversed() { await callback(message) }
        }
    }

    private func callback(_ message: Message) async {
        guard let url = message.statusCallback else { return }
        let form = WebhookForms.status(message, account: configuration.twilioAccountSID)
        await twilio.log(await post(form, to: url, .callback, message, status: message.status.rawValue).delivery)
    }

    // MARK: One request

    private func post(_ form: Form, to configured: String, _ kind: Delivery.Kind, _ message: Message, status: String)
        async
        -> (result: Result<WebhookAnswer, WebhookFailure>, delivery: Delivery)
    {
        let (url, policy) = RetryPolicy.split(configured)
        let started = ContinuousClock.now
        var attempts = 0
        var result: Result<WebhookAnswer, WebhookFailure>
        repeat {
            attempts += 1
            result = await attempt(form, url, policy, token: message.sid)
        } while attempts <= policy.retries && policy.retries(after: result)
        let milliseconds = Int((ContinuousClock.now - started) / .milliseconds(1))
        let delivery = Delivery(
            kind: kind, messageSID: message.sid, url: url, status: status, at: twilio.clock.now,
            answer: (try? result.get())?.status, milliseconds: milliseconds, attempts: attempts,
            summary: summary(result, kind, milliseconds, attempts))
        return (result, delivery)
    }

    private func attempt(_ form: Form, _ url: String, _ policy: RetryPolicy, token: String) async
        -> Result<WebhookAnswer, WebhookFailure>
    {
        let signature = TwilioSignature.signature(url: url, fields: form.fields, key: configuration.twilioAuthToken)
        do {
            let local = try LocalURL(
                url, publicURL: configuration.publicURL, deliveryURL: configuration.deliveryURL)
            return .success(
                try await client.post(
                    local,
                    headers: [
                        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                        ("x-twilio-signature", signature), ("i-twilio-idempotency-token", token),
                        ("user-agent", "TwilioProxy/1.1"), ("accept", "*/*"),
                    ],
                    body: form.encoded, limits: .init(connect: policy.connect, total: policy.total)))
        } catch {
            return .failure(error)
        }
    }

    private func summary(
        _ result: Result<WebhookAnswer, WebhookFailure>, _ kind: Delivery.Kind, _ milliseconds: Int, _ attempts: Int
    ) -> String {
        let what = kind == .webhook ? "Webhook" : "Status callback"
        let tries = attempts > 1 ? " after \(attempts) attempts" : ""
        return switch result {
        case .success(let answer): "\(what) answered \(answer.status) in \(milliseconds) ms\(tries)"
        case .failure(let failure): "\(what) failed: \(failure.sentence)\(tries)"
        }
    }
}

extension SimulatedTwilio {
    func takeFault(_ point: PlannedFault.Point, _ operation: PlannedFault.Operation, provider: String = "twilio")
        -> PlannedFault?
    {
        let fault = faults.take(provider, point, operation)
        if fault != nil { changed() }
        return fault
    }
}
