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

/// Standard opt-out keywords (Twilio's default handling), compared without case and surrounding blanks.
private let stopWords: Set<String> = ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"]
private let startWords: Set<String> = ["start", "unstop"]

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
        noteKeyword(draft.body, in: message.pair)
        save()
        return (message, dispatch(message))
    }

    private func openWindow(_ pair: Pair, at now: Date) {
        if lastInbound.count >= 10_000 { lastInbound = lastInbound.filter { now.timeIntervalSince($0.value) < 86_400 } }
        lastInbound[pair] = now
    }

    private func noteKeyword(_ body: String, in pair: Pair) {
        let word = body.lowercased().filter { !$0.isWhitespace }
        if stopWords.contains(word) { optedOut.insert(pair) }
        if startWords.contains(word) { optedOut.remove(pair) }
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
