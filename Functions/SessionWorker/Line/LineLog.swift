import Domain

/// What a line tells the operator. Never texts, never keys.
struct LineLog: Sendable {
    var note: @Sendable (_ text: String, _ fields: [String: String]) -> Void
    var complain: @Sendable (_ text: String, _ error: any Error, _ fields: [String: String]) -> Void

    static let none = LineLog(note: { _, _ in }, complain: { _, _, _ in })

    /// The same log with the line named in every entry.
    func about(_ channel: ChannelID) -> LineLog {
        let name = ["line": channel.text]
        return LineLog(
            note: { note($0, name.merging($1) { $1 }) }, complain: { complain($0, $1, name.merging($2) { $1 }) })
    }

    func note(_ text: String) { note(text, [:]) }
    func complain(_ text: String, _ error: any Error) { complain(text, error, [:]) }
}
