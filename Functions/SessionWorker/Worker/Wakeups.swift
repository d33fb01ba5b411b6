import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store

/// What Postgres calls out: lines whose owner asked for something, destinations with a message to send. Calls are hints;
/// whoever misses one looks by itself soon after.
struct Wakeups: Sendable {
    let url: String
    /// Real seconds one wait takes at most; the end of the process waits for it.
    private static let wait = 0.5
    private static let pauseAfterTrouble = 1.0

    enum Call: Sendable {
        case lines
        case destination(String)
        /// Connected anew: calls may have been missed.
        case missed
    }

    /// Until cancelled.
    func listen(_ hear: @Sendable (Call) async -> Void) async {
        while !Task.isCancelled {
            do {
                let connection = try await Connection.connect(url)
                try await connection.script("listen parley_lines; listen parley_destination")
                await hear(.missed)
                while !Task.isCancelled {
                    guard let note = try await connection.notification(within: Self.wait) else { continue }
                    await hear(note.channel == "parley_lines" ? .lines : .destination(note.payload))
                }
                await connection.close()
            } catch {
                try? await Task.sleep(for: .seconds(Self.pauseAfterTrouble))
            }
        }
    }
}
