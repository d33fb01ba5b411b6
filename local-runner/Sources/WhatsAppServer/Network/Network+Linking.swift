import WhatsAppWire

/// Devices that join and leave an account.
extension Network {
    func link(_ device: LinkedDevice) {
        let person = device.person
        person.linked[device.number] = device
        changed()
        tell(person, besides: device)
        events.note(ServerEvent(.paired, account: person.number, device: device.number))
    }

    /// By the phone or by the device itself.
    func unlink(_ device: LinkedDevice) {
        let person = device.person
        person.linked[device.number] = nil
        changed()
        tell(person, besides: device)
        events.note(ServerEvent(.unlinked, account: person.number, device: device.number))
        device.connection?.end(StreamError.conflict("device_removed", code: 401))
    }

    /// The account's other devices learn that its list has changed.
    private func tell(_ person: Person, besides changed: LinkedDevice) {
        let list = person.deviceNumbers.map { Node("device", ["jid": .jid(person.phoneNumberJID.with(device: $0))]) }
        for other in person.linked.values where other !== changed {
            notify(other, type: "account_sync", from: person.phoneNumberJID, [Node("devices", children: list)])
        }
    }

    /// What a phone sends to a device that it has just linked.
    func welcome(_ device: LinkedDevice) {
        let owner = device.person
        guard let phone = owner.phone else { return }
        var chunk = HistoryChunk()
        let others = owner.history.map(\.key.chat).compactMap(person)
        for other in others where chunk.pushNames.allSatisfy({ $0.jid != other.jid }) {
            chunk.pushNames.append((other.jid, other.name))
            if other.appearance != .phoneNumber {
                chunk.pairs += [LIDPair(other.hiddenJID, other.phoneNumberJID)].compactMap(\.self)
            }
        }
        chunk.messages = owner.history.reversed()
        do { try send(chunk, from: phone, to: device) } catch { device.connection?.broke("history: \(error)") }
    }

    private func send(_ chunk: HistoryChunk, from phone: SimulatedDevice, to device: LinkedDevice) throws {
        let message = try chunk.message()
        let id = "3A" + random.hex(9)
        phone.sent[id] = .init(message: message, chat: .person(phone.person))
        var envelope = MessageEnvelope(id: id, sender: phone.reference, chat: .person(phone.person), type: message.type)
        envelope.category = "peer"
        deliver(envelope, [try phone.encrypt(message.content, for: device.reference, in: self)], to: device.reference)
    }
}
