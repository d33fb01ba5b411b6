import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Which devices a person reads on, and sessions with them (protocol sheet, sections 10.5 and 13).
extension Session {
    private static let peoplePerQuery = 50

    /// All devices of the given people but this one, by person as asked for.
    func devices(of persons: [JID]) async throws -> [JID: [JID]] {
        var known = try await knownDevices(of: persons)
        let missing = persons.filter { known[$0] == nil }
        for start in stride(from: 0, to: missing.count, by: Self.peoplePerQuery) {
            let asked = Array(missing[start..<min(start + Self.peoplePerQuery, missing.count)])
            known.merge(try await fetchDevices(of: asked)) { $1 }
        }
        let own = [account?.jid, account?.lid]
        return known.mapValues { list in
            list.filter { device in
                !own.contains(device) && device.server != .hosted && device.server != .hostedHiddenUser
            }
        }
    }

    private func knownDevices(of persons: [JID]) async throws -> [JID: [JID]] {
        let rows = try await read([.devices(of: persons.map(\.description), on: line, at: now)])[0]
        return try rows.reduce(into: [:]) { known, row in
            let list = try DeviceList(row)
            if let person = JID(list.person) { known[person] = list.devices.compactMap { JID($0) } }
        }
    }

    private func fetchDevices(of persons: [JID]) async throws -> [JID: [JID]] {
        let session = await connection.makeID()
        let reply = try await connection.ask(within: settings.patience) {
            Usync.devices(of: persons, id: $0, sessionID: session)
        }
        let users = Usync.parse(reply)
        try await learn(users.compactMap(\.pair))
        var found: [JID: [JID]] = [:]
        for user in users where user.devices != nil { found[user.jid.withoutDevice] = user.addresses() }
        try await commit(
            Query.keep(
                found.map { DeviceList(person: $0.key.description, devices: $0.value.map(\.description)) }, on: line,
                at: now))
        return found
    }

    /// The server said so, or refused what we addressed.
    func devicesChanged(_ persons: [JID]) async throws {
        var names = Set(persons.map(\.withoutDevice.description))
        for person in persons {
            names.insert(try await canonical(person.withoutDevice).description)
            if let number = people.phoneNumber(of: person) { names.insert(number.description) }
        }
        try await commit([.forgetDevices(of: names.sorted(), on: line)])
    }

    /// Bundles for the devices that there is no session with. Devices that are gone are left out of `targets`.
    func bundles(for targets: inout [JID]) async throws -> [JID: PreKeyBundle] {
        var missing: [JID] = []
        let names = try await addresses(of: targets)
        let stored = Set(try keys.opened(try await read([keys.load(names.map { .session($0.1) })])[0]).keys)
        for (device, address) in names where !stored.contains(.session(address)) { missing.append(device) }
        var found: [JID: PreKeyBundle] = [:]
        for start in stride(from: 0, to: missing.count, by: Self.peoplePerQuery) {
            let asked = Array(missing[start..<min(start + Self.peoplePerQuery, missing.count)])
            found.merge(try await fetchBundles(asked, targets: &targets)) { $1 }
        }
        return found
    }

    func fetchBundles(_ devices: [JID], targets: inout [JID]) async throws -> [JID: PreKeyBundle] {
        let reply = try await connection.ask(within: settings.patience) {
            PreKeyStanzas.fetch(id: $0, devices: devices)
        }
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
        try await devicesChanged(gone)
        return bundles
    }

    func addresses(of devices: [JID]) async throws -> [(JID, SignalAddress)] {
        var addresses: [(JID, SignalAddress)] = []
        for device in devices { addresses.append((device, try await canonical(device).signalAddress)) }
        return addresses
    }
}
