import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Linking a phone, by QR code or by a code that is typed (protocol sheet, section 5).
struct PairingState: Sendable {
    /// Shows one code after the other.
    var rotation: Task<Void, Never>?
    var companion: LinkCodeCompanion.AwaitingPrimary?
}

extension Session {
    private static let codeSeconds = 160.0

    // MARK: QR

    func startPairing(_ refs: [String]) async throws {
        pairing.rotation?.cancel()
        if record.pairing == .code, record.pairingPhone != nil {
            soon(.enterPairingCode)
            pairing.rotation = Task { await self.waitForCode() }
            return
        }
        try await commit([
            .setStatus(
                line, .qrPending, reason: LineTrouble.waitingForScan.sentence,
                nextStep: LineTrouble.waitingForScan.nextStep, at: now)
        ])
        var codes = QRRotation(refs: refs, credentials: credentials)
        // The first code is there before anything else happens.
        try await show(codes.next()).map { seconds in
            pairing.rotation = Task { await self.rotate(codes, after: seconds) }
        }
    }

    private func rotate(_ codes: QRRotation, after first: Int) async {
        var codes = codes
        var pause = first
        while true {
            do {
                try await Task.sleep(for: .seconds(pause))
                guard let next = try await show(codes.next()) else { break }
                pause = next
            } catch is CancellationError {
                return
            } catch {
                // The next transaction of the line meets the same trouble and ends it.
                environment.log.complain("a code could not be shown", error, fields)
                return
            }
        }
        await finish(LineEnd(.codesUsedUp, next: .reconnectNow))
    }

    /// Seconds until the next; `nil` when there is none.
    private func show(_ action: QRRotation.Action) async throws -> Int? {
        guard case .show(let text, let seconds) = action else { return nil }
        try await commit([.showQR(line, text, until: Date(timeIntervalSinceNow: Double(seconds)), at: now)])
        return seconds
    }

    // MARK: Pairing code

    func startPairingCode() async throws {
        guard let phone = record.pairingPhone else { return }
        var random = SystemRandomNumberGenerator()
        let companion = try LinkCodeCompanion.AwaitingPrimary(phone: .phoneNumber(phone), using: &random)
        pairing.companion = companion
        let credentials = credentials
        _ = try await connection.ask(within: settings.patience) { companion.hello(id: $0, credentials: credentials) }
        try await commit([
            .setStatus(
                line, .qrPending, reason: "The line waits for its code to be typed on the phone.",
                nextStep:
                    "On the phone open WhatsApp, Settings, Linked devices, Link with phone number, and type the code.",
                at: now),
            .showPairingCode(
                line, companion.code.display, until: Date(timeIntervalSinceNow: Self.codeSeconds), at: now),
        ])
    }

    private func waitForCode() async {
        try? await Task.sleep(for: .seconds(Self.codeSeconds))
        guard !Task.isCancelled else { return }
        await finish(LineEnd(.codesUsedUp, next: .reconnectNow))
    }

    /// The phone has the code; `pair-success` follows.
    func finishPairingCode(_ notification: Node) async throws {
        guard let companion = pairing.companion else { return }
        var random = SystemRandomNumberGenerator()
        do throws(PairingError) {
            let (secret, answer) = try companion.finish(
                notification, id: await connection.makeID(), credentials: credentials, using: &random)
            credentials.advSecret = secret
            try await keep(credentials, then: answer)
        } catch {
            environment.log.complain("a pairing code did not fit", error, fields)
        }
    }

    private func keep(_ credentials: Credentials, then answer: Node) async throws(PairingError) {
        do {
            try await commit(try keys.store([StoredLine.credentialsKey: credentials.serialized], at: now))
            try await connection.send(answer)
        } catch {
            environment.log.complain("a pairing code could not be used", error, fields)
            throw .malformed
        }
    }

    // MARK: The phone is linked

    /// Everything is stored before the server hears of it; it then asks for a new connection.
    func paired(_ iq: Node) async throws -> LineEnd? {
        pairing.rotation?.cancel()
        var random = SystemRandomNumberGenerator()
        let linked: LinkedAccount
        let answer: Node
        do throws(PairingError) {
            (linked, answer) = try PairSuccess.accept(iq, credentials: credentials, using: &random)
        } catch {
            environment.log.complain("a link was refused", error, fields)
            try await connection.send(error.answer(to: iq))
            return LineEnd(.pairingRefused, next: .stop)
        }
        do {
            try await commit(
                Query.link(line, phone(linked), at: now)
                    + (try keys.store([StoredLine.accountKey: linked.serialized], at: now)))
        } catch let error as PostgresError where error.isUniqueViolation {
            return LineEnd(.numberTaken, next: .stop)
        }
        account = linked
        environment.faults.reach(.linePaired)
        if let pair = linked.pair { try await learn([pair]) }
        try await connection.send(answer)
        soon(.leaveAfterPairing)
        return nil
    }

    /// The server ends the connection on which a phone was linked (515). One that forgets to is left, not waited for.
    func leaveAfterPairing() async throws {
        try await Task.sleep(for: .seconds(settings.patience))
        await finish(LineEnd(.connectionLost, next: .reconnectNow))
    }

    private func phone(_ account: LinkedAccount) -> LinkedPhone {
        LinkedPhone(
            jid: account.jid.description, lid: account.lid?.description, phoneNumber: account.jid.user,
            platform: account.platform, address: account.jid.withoutDevice.description)
    }
}
