import WhatsAppWire

/// Devices that join and leave an account.
extension Network {
    func link(_ device: LinkedDevice) {
        let person = device.person
        person.linked[device.number] = device
        network(told: person, besides: device)
        journal.note(Happening(.paired, account: person.number, device: device.number))
    }

    /// By the phone or by the device itself.
    func unlink(_ device: LinkedDevice) {
        let person = device.person
        person.linked[device.number] = nil
        network(told: person, besides: device)
        journal.note(Happening(.unlinked, account: person.number, device: device.number))
        device.connection?.end(StreamError.conflict("device_removed", code: 401))
    }

    /// The account's other devices learn that its list has changed.
    private func network(told person: Person, besides changed: LinkedDevice) {
        let list = person.deviceNumbers.map { Node("device", ["jid": .jid(person.phoneNumberJID.with(device: $0))]) }
        for other in person.linked.values where other !== changed {
            notify(other, type: "account_sync", from: person.phoneNumberJID, [Node("devices", children: list)])
        }
    }

    /// What a phone sends to a device that it has just linked.
    func welcome(_ device: LinkedDevice) {
    }
}
