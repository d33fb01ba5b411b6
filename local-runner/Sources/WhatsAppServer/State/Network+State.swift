import DequeModule
import FoundationEssentials
import Glibc
import WhatsAppWire

extension Network {
    /// Seconds between a change and its being written: pairing changes several things in a row.
    private static let savingDelay = 0.3

    /// Writes the state file soon, when there is one.
    func changed() {
        guard configuration.stateFile != nil, !isSavingDue, keys != nil else { return }
        isSavingDue = true
        ServerLoop.after(Self.savingDelay) { [weak self] in self?.save() }
    }

    /// The keys and accounts of an earlier run; nil when there was none.
    func recall() throws -> ServerKeys? {
        guard let path = configuration.stateFile, let bytes = FileManager.default.contents(atPath: path) else {
            return nil
        }
        let state = try JSONDecoder().decode(SavedState.self, from: bytes)
        for person in state.people { try restore(person) }
        for group in state.groups { restore(group) }
        return ServerKeys(
            root: try KeyPair(privateKey: state.root), intermediate: try KeyPair(privateKey: state.intermediate),
            server: try KeyPair(privateKey: state.server))
    }

    func save() {
        isSavingDue = false
        guard let path = configuration.stateFile, let keys else { return }
        let state = SavedState(
            root: Data(keys.root.privateKey), intermediate: Data(keys.intermediate.privateKey),
            server: Data(keys.server.privateKey),
            people: people.values.sorted { $0.number < $1.number }.map(saved),
            groups: groups.values.sorted { $0.jid.user < $1.jid.user }.map(saved))
        do {
            try Data(JSONLine.bytes(state)).write(to: URL(filePath: path), options: .atomic)
            // The private keys of everybody in it are for the eyes of whoever runs it.
            chmod(path, 0o600)
        } catch {
            var event = ServerEvent(.problem)
            event.detail = "the state could not be kept: \(error)"
            events.note(event)
        }
    }

    // MARK: Out

    private func saved(_ person: Person) -> SavedPerson {
        SavedPerson(
            number: person.number, lid: person.lid, name: person.name, appearance: person.appearance,
            sendsReadReceipts: person.sendsReadReceipts, identity: Data(person.identity.privateKey),
            devices: person.simulated.keys.sorted(), nextDevice: person.nextDevice,
            linked: person.linked.values.sorted { $0.number < $1.number }.map(saved))
    }

    private func saved(_ device: LinkedDevice) -> SavedDevice {
        let signed = device.signedPreKey
        return SavedDevice(
            number: device.number, keyIndex: device.keyIndex, linkedAt: device.linkedAt,
            noise: Data(device.noiseKey.bytes), identity: Data(device.identity.bytes),
            registrationID: device.registrationID, signedPreKey: .init(id: signed.id, key: Data(signed.key.bytes)),
            signature: Data(signed.signature),
            preKeys: device.preKeys.map { .init(id: $0.id, key: Data($0.key.bytes)) }, isNew: device.isNew,
            queue: device.queue.nodes.compactMap { try? Data(NodeWriter.encode($0)) })
    }

    private func saved(_ group: Group) -> SavedGroup {
        SavedGroup(
            jid: group.jid, subject: group.subject, namesHiddenUsers: group.namesHiddenUsers,
            members: group.members.map(\.number), admins: group.admins.sorted())
    }

    // MARK: In

    private func restore(_ saved: SavedPerson) throws {
        let person = Person(
            number: saved.number, lid: saved.lid, name: saved.name, identity: try KeyPair(privateKey: saved.identity))
        person.appearance = saved.appearance
        person.sendsReadReceipts = saved.sendsReadReceipts
        add(person)
        for number in saved.devices {
            addSimulatedDevice(to: person, number: number, identity: number == 0 ? person.identity : nil)
        }
        person.nextDevice = max(person.nextDevice, saved.nextDevice)
        for device in saved.linked { person.linked[device.number] = try restored(device, of: person) }
    }

    private func restored(_ saved: SavedDevice, of person: Person) throws -> LinkedDevice {
        let signed = SignedPreKey.Public(
            id: saved.signedPreKey.id, key: try PublicKey(saved.signedPreKey.key), signature: Array(saved.signature))
        let device = LinkedDevice(
            person: person, number: saved.number, keyIndex: saved.keyIndex,
            keys: .init(
                noise: try PublicKey(saved.noise), identity: try PublicKey(saved.identity),
                registrationID: saved.registrationID, signedPreKey: signed),
            linkedAt: saved.linkedAt, queueLimit: configuration.queueLimit)
        device.preKeys = Deque(try saved.preKeys.map { PreKey.Public(id: $0.id, key: try PublicKey($0.key)) })
        device.isNew = saved.isNew
        for bytes in saved.queue { device.queue.append(try NodeReader.decode(Array(bytes))) }
        return device
    }

    private func restore(_ saved: SavedGroup) {
        let group = Group(
            jid: saved.jid, subject: saved.subject, namesHiddenUsers: saved.namesHiddenUsers,
            members: saved.members.compactMap { people[$0] })
        group.admins = Set(saved.admins)
        groups[saved.jid] = group
    }
}
