import Domain
import Postgres

extension KeyRotation {
    /// Recordings of turns, a page per transaction; what can't be opened is passed over.
    func recordings(of organization: OrganizationID) async throws -> Outcome {
        var outcome = Outcome()
        var last: TurnID?
        var isDone = false
        while !isDone {
            let previous = last
            let (part, end) = try await app.transaction(for: organization) { connection in
                let rows = try await connection.query(
                    .recordings(
                        notUnder: box.currentKeyID, of: organization, after: previous, limit: Self.recordingPage))
                return (try await renew(rows, of: organization, on: connection), try rows.last?["turn_id"] as TurnID?)
            }
            outcome += part
            isDone = part.renewed + part.unreadable < Self.recordingPage
            last = end
        }
        return outcome
    }

    /// They are larger than keys.
    private static var recordingPage: Int { 20 }

    private func renew(
        _ rows: [Row], of organization: OrganizationID, on connection: Connection
    ) async throws -> Outcome {
        var outcome = Outcome()
        for row in rows {
            let old = try SealedTurnRecording(row)
            let place = SealedTurnRecording.place(of: old.turn, in: organization)
            do {
                guard let new = try box.renew(old.sealed, at: place) else { continue }
                try await connection.query(.replaceSealing(of: old.turn, in: organization, with: new))
                outcome.renewed += 1
            } catch is SecretBoxError {
                outcome.unreadable += 1
            }
        }
        return outcome
    }
}
