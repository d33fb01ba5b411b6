import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Linking a phone, by QR code or by a code that is typed.
actor Pairing {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let server: StanzaChannel
    let faults: FaultPoints
    let log: LineLog
    let enqueue: @Sendable (BackgroundTask) -> Void
    /// Ends the connection for a reason of ours.
    let finish: @Sendable (LineEnd) async -> Void
    /// Digits of the phone that will type a code; `nil`: a QR code is scanned.
    let phone: String?
    /// Shows one code after the other, or waits for the typed one.
    private var rotation: Task<Void, Never>?
    var companion: LinkCodeCompanion.AwaitingPrimary?

    /// Seconds for which a typed code holds.
    static let codeSeconds = 160.0

    init(
        _ record: LineRecord, database: LineDatabase, own: OwnDevice, addresses: AddressBook, server: StanzaChannel,
        faults: FaultPoints, log: LineLog, enqueue: @escaping @Sendable (BackgroundTask) -> Void,
        finish: @escaping @Sendable (LineEnd) async -> Void
    ) {
        phone = record.pairing == .code ? record.pairingPhone : nil
        self.database = database
        self.own = own
        self.addresses = addresses
        self.server = server
        self.faults = faults
        self.log = log
        self.enqueue = enqueue
        self.finish = finish
    }

    /// - Parameter refs: what the server gave to make codes of.
    func start(_ refs: [String]) async throws {
        stop()
        guard phone == nil else {
            enqueue(.enterPairingCode)
            rotation = Task { await self.waitForCode() }
            return
        }
        let trouble = LineTrouble.waitingForScan
        try await database.commit([
            .setStatus(
                database.line, .qrPending, reason: trouble.sentence, nextStep: trouble.nextStep, at: database.now)
        ])
        var codes = QRRotation(refs: refs, credentials: own.credentials)
        // The first code is there before anything else happens.
        guard let seconds = try await show(codes.next()) else { return }
        rotation = Task { await self.rotate(codes, after: seconds) }
    }

    /// No further code is shown.
    func stop() {
        rotation?.cancel()
        rotation = nil
    }

    // MARK: QR

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
                return log.complain("a code could not be shown", error)
            }
        }
        await finish(LineEnd(.codesUsedUp, next: .reconnectNow))
    }

    /// Seconds until the next; `nil` when there is none.
    private func show(_ action: QRRotation.Action) async throws -> Int? {
        guard case .show(let text, let seconds) = action else { return nil }
        let until = Date(timeIntervalSinceNow: Double(seconds))
        try await database.commit([.showQR(database.line, text, until: until, at: database.now)])
        return seconds
    }

    // MARK: The phone is linked

    /// Everything is stored before the server hears of it; it then asks for a new connection.
    func paired(_ iq: Node) async throws -> LineEnd? {
        stop()
        var random = SystemRandomNumberGenerator()
        let linked: LinkedAccount
        let answer: Node
        do throws(PairingError) {
            (linked, answer) = try PairSuccess.accept(iq, credentials: own.credentials, using: &random)
        } catch {
            log.complain("a link was refused", error)
            try await server.send(error.answer(to: iq))
            return LineEnd(.pairingRefused, next: .stop)
        }
        do {
            try await database.commit(
                Query.link(database.line, LinkedPhone(linked), at: database.now)
                    + (try database.store([StoredLine.accountKey: linked.serialized])))
        } catch let error as PostgresError where error.isUniqueViolation {
            return LineEnd(.numberTaken, next: .stop)
        }
        own.belongs(to: linked)
        faults.reach(.linePaired)
        if let pair = linked.pair { try await addresses.learn([pair]) }
        try await server.send(answer)
        enqueue(.leaveAfterPairing)
        return nil
    }
}

extension LinkedPhone {
    fileprivate init(_ account: LinkedAccount) {
        self.init(
            jid: account.jid.description, lid: account.lid?.description, phoneNumber: account.jid.user,
            platform: account.platform, address: account.jid.withoutDevice.description)
    }
}
