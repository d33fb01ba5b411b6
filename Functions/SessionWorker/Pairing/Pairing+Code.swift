import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Linking by a code that is shown here and typed on the phone.
extension Pairing {
    private static let nextStep =
        "On the phone open WhatsApp, Settings, Linked devices, Link with phone number, and type the code."

    func showCode() async throws {
        guard let phone else { return }
        var random = SystemRandomNumberGenerator()
        let companion = try LinkCodeCompanion.AwaitingPrimary(phone: .phoneNumber(phone), using: &random)
        self.companion = companion
        let credentials = own.credentials
        _ = try await server.ask { companion.hello(id: $0, credentials: credentials) }
        let (line, now) = (database.line, database.now)
        try await database.commit([
            .setStatus(
                line, .qrPending, reason: "The line waits for its code to be typed on the phone.",
                nextStep: Self.nextStep, at: now),
            .showPairingCode(
                line, companion.code.display, until: Date(timeIntervalSinceNow: Self.codeSeconds), at: now),
        ])
    }

    func waitForCode() async {
        try? await Task.sleep(for: .seconds(Self.codeSeconds))
        guard !Task.isCancelled else { return }
        await finish(LineEnd(.codesUsedUp, next: .reconnectNow))
    }

    /// The phone has the code; `pair-success` follows.
    func codeWasTyped(_ notification: Node) async throws {
        guard let companion else { return }
        var random = SystemRandomNumberGenerator()
        var credentials = own.credentials
        do throws(PairingError) {
            let (secret, answer) = try companion.finish(
                notification, id: await server.makeID(), credentials: credentials, using: &random)
            credentials.advSecret = secret
            own.use(advSecret: secret)
            try await keep(credentials, then: answer)
        } catch {
            log.complain("a pairing code did not fit", error)
        }
    }

    private func keep(_ credentials: Credentials, then answer: Node) async throws(PairingError) {
        do {
            try await database.commit(try database.store([StoredLine.credentialsKey: credentials.serialized]))
            try await server.send(answer)
        } catch {
            log.complain("a pairing code could not be used", error)
            throw .malformed
        }
    }
}
