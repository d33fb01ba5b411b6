import Foundation
import Support
import Synchronization
import Web

/// Twilio as far as the crash test needs it: takes messages, sometimes without an answer, lists what it took, and keeps
/// what a phone would show.
final class PaperTwilio: Sendable {
    struct Bubble: Sendable {
        let sid: String
        /// Our message id, from the status callback's URL.
        let message: String
        let to: String
        let from: String
        let body: String
        let at: Date
    }

    private struct State {
        var bubbles: [Bubble] = []
        var dice: SeededGenerator
        var unreported: [Bubble] = []
    }
    private let state: Mutex<State>
    /// How often, in per cent, each kind of mischief happens.
    private let mischief: Int

    /// What may become of a message that is handed over.
    private enum Mood: Int, CaseIterable {
        case refused, away, lost, slow, well
    }
    /// Seconds that a slow answer takes at most.
    private static let slowest = 1.2

    init(seed: UInt64, mischief: Int) {
        state = Mutex(State(dice: SeededGenerator(seed: seed)))
        self.mischief = mischief
    }

    var bubbles: [Bubble] { state.withLock { $0.bubbles } }
    /// Taken since the last call.
    func takeUnreported() -> [Bubble] {
        state.withLock { state in
            defer { state.unreported = [] }
            return state.unreported
        }
    }

    func answer(_ call: LoopbackServer.Call) -> LoopbackServer.Answer? {
        if call.path.hasSuffix("/Typing.json") { return .json(#"{"success":true}"#) }
        guard call.path.hasSuffix("/Messages.json") else { return .json("{}", status: 404) }
        return call.method == "POST" ? take(call) : list(call)
    }

    private func take(_ call: LoopbackServer.Call) -> LoopbackServer.Answer? {
        guard let form = FormFields(decoding: call.body), let callback = form["StatusCallback"],
            let message = callback.components(separatedBy: "message=").last
        else { return .json(#"{"code":21604,"message":"To is required","status":400}"#, status: 400) }
        let (mood, pause) = mood()
        switch mood {
        case .refused: return .json(#"{"code":20429,"message":"Too Many Requests","status":429}"#, status: 429)
        case .away: return .json(#"{"code":20503,"message":"Service Unavailable","status":503}"#, status: 503)
        case .slow: Thread.sleep(forTimeInterval: pause)
        case .lost, .well: break
        }
        let bubble = Bubble(
            sid: "SM" + UUID().uuidString.lowercased().replacing("-", with: ""), message: message,
            to: form["To"] ?? "", from: form["From"] ?? "", body: form["Body"] ?? "", at: Date())
        state.withLock { state in
            state.bubbles.append(bubble)
            state.unreported.append(bubble)
        }
        return mood == .lost ? nil : .json(Self.json(bubble), status: 201)
    }

    private func mood() -> (Mood, pause: Double) {
        state.withLock { state in
            let roll = Int.random(in: 0..<100, using: &state.dice)
            let pause = Double.random(in: 0...Self.slowest, using: &state.dice)
            guard mischief > 0 else { return (.well, 0) }
            return (Mood(rawValue: roll / mischief) ?? .well, pause)
        }
    }

    private func list(_ call: LoopbackServer.Call) -> LoopbackServer.Answer? {
        let query = FormFields(decoding: call.query.utf8)
        let matching = bubbles.filter { $0.to == query?["To"] && $0.from == query?["From"] }
        return .json(#"{"messages":[\#(matching.reversed().map(Self.json).joined(separator: ","))]}"#)
    }

    private static func json(_ bubble: Bubble) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss Z"
        let object: [String: Any] = [
            "sid": bubble.sid, "status": "queued", "body": bubble.body, "to": bubble.to, "from": bubble.from,
            "direction": "outbound-api", "date_created": formatter.string(from: bubble.at), "error_code": NSNull(),
        ]
        let bytes = (try? JSONSerialization.data(withJSONObject: object)) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}
