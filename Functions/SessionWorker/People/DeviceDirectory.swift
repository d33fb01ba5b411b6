import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Which devices a person reads on, and their public keys.
struct DeviceDirectory: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let ratchets: RatchetLock
    let server: StanzaChannel

    private static let peoplePerQuery = 50

    /// All devices of the given people but this one, by person as asked for.
    func devices(of persons: [JID]) async throws -> [JID: [JID]] {
        var known = try await knownDevices(of: persons)
        let missing = persons.filter { known[$0] == nil }
        for start in stride(from: 0, to: missing.count, by: Self.peoplePerQuery) {
            let asked = Array(missing[start..<min(start + Self.peoplePerQuery, missing.count)])
            known.merge(try await fetchDevices(of: asked)) { $1 }
        }
        let account = own.account
        let ours = [account?.jid, account?.lid]
        return known.mapValues { list in
            list.filter { device in
                !ours.contains(device) && device.server != .hosted && device.server != .hostedHiddenUser
            }
        }
    }

    private func knownDevices(of persons: [JID]) async throws -> [JID: [JID]] {
        let rows = try await database.read([
            .devices(of: persons.map(\.description), on: database.line, at: database.now)
        ])[0]
        return try rows.reduce(into: [:]) { known, row in
            let list = try DeviceList(row)
            if let person = JID(list.person) { known[person] = list.devices.compactMap { JID($0) } }
        }
    }

    private func fetchDevices(of persons: [JID]) async throws -> [JID: [JID]] {
        let request = await server.makeID()
        let reply = try await server.ask { Usync.devices(of: persons, id: $0, sessionID: request) }
        let users = Usync.parse(reply)
        try await addresses.learn(users.compactMap(\.pair))
        var found: [JID: [JID]] = [:]
        for user in users where user.devices != nil { found[user.jid.withoutDevice] = user.addresses() }
        let lists = found.map { DeviceList(person: $0.key.description, devices: $0.value.map(\.description)) }
        try await database.commit(Query.keep(lists, on: database.line, at: database.now))
        return found
    }

    // MARK: Changes

    /// The server said so, or refused what we addressed.
    func forget(_ persons: [JID]) async throws {
        var names = Set(persons.map(\.withoutDevice.description))
        for person in persons {
            names.insert(try await addresses.canonical(person.withoutDevice).description)
            if let number = addresses.phoneNumber(of: person) { names.insert(number.description) }
        }
        try await database.commit([.forgetDevices(of: names.sorted(), on: database.line)])
    }

    /// Reinstalled, or somebody else: everything kept for their devices is stale.
    func identityChanged(_ person: JID) async throws {
        let address = try await addresses.canonical(person)
        let keys = database.keys
        try await ratchets.withLock {
            let rows = try await database.read([keys.load(.session, beginning: "\(address.signalAddress.name).")])[0]
            let gone = try keys.opened(rows).keys
            try await database.commit(
                keys.delete(Array(gone)) + [.forgetHolders(gone.map(\.name), on: database.line)])
        }
        try await forget([person])
    }

    // MARK: Keys

    /// Bundles for the devices that there is no session with. Devices that are gone are left out of `targets`.
    func bundles(for targets: inout [JID]) async throws -> [JID: PreKeyBundle] {
        let named = try await addresses.signalAddresses(of: targets)
        let stored = Set(try await database.secrets(named.map { .session($0.1) }).keys)
        let missing = named.filter { !stored.contains(.session($0.1)) }.map(\.0)
        var found: [JID: PreKeyBundle] = [:]
        for start in stride(from: 0, to: missing.count, by: Self.peoplePerQuery) {
            let asked = Array(missing[start..<min(start + Self.peoplePerQuery, missing.count)])
            found.merge(try await fetchBundles(asked, targets: &targets)) { $1 }
        }
        return found
    }

    func fetchBundles(_ devices: [JID], targets: inout [JID]) async throws -> [JID: PreKeyBundle] {
        let reply = try await server.ask { PreKeyStanzas.fetch(id: $0, devices: devices) }
        var bundles: [JID: PreKeyBundle] = [:]
        var gone: [JID] = []
        for (device, answer) in PreKeyStanzas.parse(reply) {
            switch answer {
            case .bundle(let bundle): bundles[device] = bundle
            case .unavailable: gone.append(device)
            }
        }
        guard !gone.isEmpty else { return bundles }
        targets.removeAll { gone.contains($0) }
        try await forget(gone)
        return bundles
    }
}
