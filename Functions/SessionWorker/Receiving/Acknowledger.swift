import WhatsAppWire

/// Tells the server that a stanza was dealt with, and how.
struct Acknowledger: Sendable {
    let server: StanzaChannel
    let own: OwnDevice
    let presence: Presence

    func answer(_ stanza: Node, _ outcome: Acknowledgement.Outcome = .processed) async throws {
        let device = Acknowledgement.Device(account: own.account, isAvailable: presence.isAvailable)
        for answer in Acknowledgement.answers(to: stanza, outcome, as: device, now: Stanzas.secondsNow) {
            try await server.send(answer)
        }
    }
}
