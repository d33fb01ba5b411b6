import Conversation
import Domain
import FoundationEssentials
import Store
import WhatsAppWire

/// What one connection of a line is made of. Parts with a state of their own are stored; the others are put together from
/// them when they are needed, which costs a line no memory.
final class LineParts: Sendable {
    let environment: LineEnvironment
    let record: LineRecord
    let database: LineDatabase
    let ratchets: RatchetLock
    let own: OwnDevice
    let addresses: AddressBook
    let preKeys: PreKeySupply
    let presence: Presence
    let groups: GroupDirectory
    let media: MediaTransfer
    let server: StanzaChannel
    let log: LineLog
    let enqueue: @Sendable (BackgroundTask) -> Void

    init(
        _ line: HeldLine, _ environment: LineEnvironment, stored: StoredLine, ratchets: RatchetLock,
        server: StanzaChannel, enqueue: @escaping @Sendable (BackgroundTask) -> Void
    ) {
        let settings = environment.settings
        self.environment = environment
        self.ratchets = ratchets
        self.server = server
        self.enqueue = enqueue
        record = stored.record
        log = environment.log.about(line.channel)
        database = LineDatabase(line, environment)
        own = OwnDevice(credentials: stored.credentials, account: stored.account)
        addresses = AddressBook(database: database, ratchets: ratchets)
        preKeys = PreKeySupply(next: UInt32(clamping: stored.record.nextPreKey), database: database)
        presence = Presence(
            server: server, own: own, pushName: stored.record.pushName, lineName: stored.record.name)
        groups = GroupDirectory(
            database: database, own: own, addresses: addresses, ratchets: ratchets, server: server)
        media = MediaTransfer(
            server: server, http: environment.http, randomness: environment.randomness,
            isPlain: settings.isTestServer && settings.server.hasPrefix("ws://"),
            folders: settings.folders)
    }
}

// MARK: Login and pairing

extension LineParts {
    var login: Login {
        Login(
            database: database, own: own, addresses: addresses, preKeys: preKeys, presence: presence, server: server,
            settings: environment.settings, faults: environment.faults, log: log)
    }

    func pairing(finish: @escaping @Sendable (LineEnd) async -> Void) -> Pairing {
        Pairing(
            record, database: database, own: own, addresses: addresses, server: server, faults: environment.faults,
            log: log, enqueue: enqueue, finish: finish)
    }
}

// MARK: Receiving

extension LineParts {
    var acknowledger: Acknowledger { Acknowledger(server: server, own: own, presence: presence) }

    var receiver: MessageReceiver {
        MessageReceiver(
            database: database, own: own, addresses: addresses, ratchets: ratchets, store: store, retries: retries,
            acknowledger: acknowledger, faults: environment.faults, log: log, enqueue: enqueue,
            jobs: environment.jobs)
    }

    var receipts: DeliveryReceipts {
        DeliveryReceipts(
            database: database, own: own, localAddress: record.address, acknowledger: acknowledger, enqueue: enqueue)
    }

    var history: HistoryImport {
        HistoryImport(
            database: database, own: own, addresses: addresses, tokens: tokens, store: store, media: media,
            turns: environment.histories, kept: histories, log: log)
    }

    var histories: KeptHistories { KeptHistories(database: database) }

    private var store: MessageStore {
        MessageStore(
            database: database, own: own, addresses: addresses, mapper: mapper, polls: polls, groups: groups,
            peers: PeerMessages(database: database, histories: histories), ids: environment.ids,
            debounce: environment.debounce, log: log)
    }

    private var retries: RetryRequester {
        RetryRequester(database: database, own: own, preKeys: preKeys, faults: environment.faults, log: log)
    }

    private var mapper: InboundMapper {
        InboundMapper(storedAddress: record.address, own: own, addresses: addresses, clock: environment.clock)
    }
}

// MARK: Sending

extension LineParts {
    var tokens: PrivacyTokens { PrivacyTokens(database: database, addresses: addresses, server: server) }

    var devices: DeviceDirectory {
        DeviceDirectory(database: database, own: own, addresses: addresses, ratchets: ratchets, server: server)
    }

    /// - Parameter room: of the job that sends.
    func sender(_ room: FileRoom) -> LineSender {
        LineSender(database: database, composer: composer(room), messages: messages, log: log)
    }

    func pacing(_ room: FileRoom) -> SendPacing {
        SendPacing(
            database: database, server: server, presence: presence, pacing: environment.settings.pacing,
            room: room, randomness: environment.randomness, log: log)
    }

    var resender: Resender {
        Resender(
            database: database, own: own, addresses: addresses, devices: devices, groups: groups, ratchets: ratchets,
            server: server)
    }

    private var polls: PollSecrets {
        PollSecrets(database: database, own: own, addresses: addresses, randomness: environment.randomness)
    }

    private func composer(_ room: FileRoom) -> MessageComposer {
        let files = OutgoingFiles(
            database: environment.database, organization: database.line.organization, clock: environment.clock,
            http: environment.http)
        return MessageComposer(
            database: database, own: own, polls: polls, files: files, media: media, room: room)
    }

    private var messages: MessageSender {
        let encryptor = Encryptor(database: database, own: own, addresses: addresses, log: log)
        let copies = SentCopies(database: database)
        let person = PersonStanza(
            database: database, own: own, addresses: addresses, devices: devices, encryptor: encryptor,
            ratchets: ratchets, copies: copies)
        let group = GroupStanza(
            database: database, own: own, addresses: addresses, devices: devices, groups: groups,
            encryptor: encryptor, ratchets: ratchets, copies: copies)
        return MessageSender(
            own: own, addresses: addresses, devices: devices, groups: groups, person: person, group: group,
            server: server, faults: environment.faults, log: log, enqueue: enqueue)
    }
}
