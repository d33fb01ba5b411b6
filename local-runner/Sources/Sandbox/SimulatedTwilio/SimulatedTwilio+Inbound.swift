import FoundationEssentials

/// What the person at the phone sends.
struct InboundDraft: Sendable {
    var from: Address
    var to: Address
    var body: String
    var media: [(source: String, contentType: String)] = []
    var name: String?
}

/// What became of a message that was to be delivered to Parley.
enum Dispatch: Sendable {
    /// Deliver these now, in this order, each so many times.
    case now([(sid: String, times: Int)])
    case later(sid: String, seconds: Double)
    /// Waits for the conversation's next message.
    case held
}

/// Twilio's default keywords (Advanced Opt-Out), compared without case and surrounding blanks, and what it answers by default.
private let stopWords: Set<String> = ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"]
private let startWords: Set<String> = ["start", "unstop", "yes"]
private let helpWords: Set<String> = ["help", "info"]
private let answers = [
    "STOP":
        "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.",
    "START":
        "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
]

extension SimulatedTwilio {
    func receive(_ draft: InboundDraft) -> (message: Message, dispatch: Dispatch) {
        let now = clock.now
        let media = draft.media.map {
            Message.Media(sid: sids.make("ME"), contentType: $0.contentType, source: $0.source)
        }
        let sid = sids.make(media.isEmpty ? "SM" : "MM")
        let message = add { sequence in
            Message(
                sid: sid, sequence: sequence, direction: .inbound, from: draft.from, to: draft.to, body: draft.body,
                media: media, status: .received, createdAt: now, sentAt: now, updatedAt: now)
        }
        if let name = draft.name { know(draft.from.number) { $0.name = name } }
        openWindow(message.pair, at: now)
        obeyKeyword(in: message)
        save()
        return (self.message(sid) ?? message, dispatch(message))
    }

    private func openWindow(_ pair: Pair, at now: Date) {
        if lastInbound.count >= 10_000 { lastInbound = lastInbound.filter { now.timeIntervalSince($0.value) < 86_400 } }
        lastInbound[pair] = now
    }

    /// As a messaging service does that handles opt-outs: it acts on the word, answers, and says so in the webhook.
    private func obeyKeyword(in message: Message) {
        let (pair, word) = (message.pair, message.body.lowercased().filter { !$0.isWhitespace })
        guard let type = keyword(word, in: pair) else { return }
        if type == "STOP" { optedOut.insert(pair) }
        if type == "START" { optedOut.remove(pair) }
        _ = update(message.sid) { $0.optOutType = type }
        _ = accept(
            OutboundDraft(from: pair.business, to: pair.customer, body: answers[type] ?? "", direction: .outboundReply),
            arrived: true)
    }

    /// YES says something only to who stopped before.
    private func keyword(_ word: String, in pair: Pair) -> String? {
        if stopWords.contains(word) { return "STOP" }
        if startWords.contains(word), word != "yes" || optedOut.contains(pair) { return "START" }
        return helpWords.contains(word) ? "HELP" : nil
    }

    private func dispatch(_ message: Message) -> Dispatch {
        let fault = faults.take("twilio", .inbound, .send)
        if let fault { changed(); note(fault, on: message.sid) }
        switch fault?.kind {
        case .late: return .later(sid: message.sid, seconds: min(fault?.seconds ?? 20, 600))
        case .outOfOrder:
            overtaken[message.pair, default: []].append(message.sid)
            return .held
        default:
            let waiting = overtaken.removeValue(forKey: message.pair) ?? []
            let times = fault?.kind == .duplicate ? 2 : 1
            return .now([(sid: message.sid, times: times)] + waiting.map { (sid: $0, times: 1) })
        }
    }

    private func note(_ fault: PlannedFault, on sid: String) {
        let text =
            switch fault.kind {
            case .late: "Held back on request; the webhook follows later."
            case .outOfOrder: "Held back on request; the next message overtakes it."
            default: "Delivered twice on request."
            }
        _ = update(sid) { $0.webhook = text }
    }
}
