import WhatsAppWire

/// Messages and receipts on their way from device to device.
extension Network {
    /// A message that was taken, and is to be delivered once its sender knows that.
    struct AcceptedMessage {
        let envelope: MessageEnvelope
        let receivers: [(device: DeviceReference, parts: [EncryptedMessage])]
        /// The hash of all devices it should have gone to, when the client has left some out.
        let missing: String?
    }

    /// A message of a linked device.
    func take(_ node: Node, from sender: LinkedDevice) throws(StanzaError) -> AcceptedMessage {
        let stanza = try MessageStanza(node)
        guard let chat = chat(stanza.to) else { throw StanzaError("message.to") }
        if let group = chat.group, !group.has(sender.person) { throw StanzaError("message.to") }
        var envelope = MessageEnvelope(stanza, from: sender.reference, chat: chat)
        if let only = onlyReceiver(node, stanza) {
            envelope.retryCount = node.child("enc")?.integer("count") ?? 0
            let parts = [stanza.groupMessage].compactMap(\.self)
            return AcceptedMessage(envelope: envelope, receivers: [(only, parts)], missing: nil)
        }
        let receivers = receivers(stanza, chat, sender)
        let missing = missing(from: receivers.map(\.device), stanza, chat, sender)
        return AcceptedMessage(envelope: envelope, receivers: receivers, missing: missing)
    }

    func deliver(_ accepted: AcceptedMessage) {
        for (receiver, parts) in accepted.receivers { deliver(accepted.envelope, parts, to: receiver) }
    }

    /// In a group everybody gets the message; in a chat only the devices that the client listed.
    private func missing(
        from reached: [DeviceReference], _ stanza: MessageStanza, _ chat: Chat, _ sender: LinkedDevice
    ) -> String? {
        guard case .person(let person) = chat else { return nil }
        let people = person === sender.person ? [person] : [person, sender.person]
        let all = people.flatMap(devices)
        let addresses = Set(reached.map(\.address) + [sender.reference.address])
        guard !all.allSatisfy({ addresses.contains($0.address) }) else { return nil }
        return DeviceHash.compute(all.map { $0.person.jid(like: stanza.to).with(device: $0.number) })
    }

    /// A message sent again, or to a device of one's own, names one device and carries one `enc`.
    private func onlyReceiver(_ node: Node, _ stanza: MessageStanza) -> DeviceReference? {
        guard stanza.recipients.isEmpty, stanza.groupMessage?.kind != .senderKeyMessage else { return nil }
        return device(node.jid("participant") ?? stanza.to)
    }

    private func receivers(
        _ stanza: MessageStanza, _ chat: Chat, _ sender: LinkedDevice
    ) -> [(device: DeviceReference, parts: [EncryptedMessage])] {
        var parts: [(device: DeviceReference, parts: [EncryptedMessage])] = []
        for recipient in stanza.recipients {
            guard let device = device(recipient.device) else { continue }
            parts.append((device, [recipient.message]))
        }
        guard let group = chat.group, let shared = stanza.groupMessage else { return parts }
        for device in devices(of: group, besides: sender.reference) {
            if let index = parts.firstIndex(where: { $0.device.address == device.address }) {
                parts[index].parts.append(shared)
            } else {
                parts.append((device, [shared]))
            }
        }
        return parts
    }

    func devices(of group: Group, besides sender: DeviceReference) -> [DeviceReference] {
        group.members.flatMap { devices(of: $0) }.filter { $0.address != sender.address }
    }

    func devices(of person: Person) -> [DeviceReference] {
        person.deviceNumbers.map { DeviceReference(person: person, number: $0) }
    }

    func deliver(_ envelope: MessageEnvelope, _ parts: [EncryptedMessage], to receiver: DeviceReference) {
        if let simulated = receiver.simulated { return simulated.receive(envelope, parts, in: self) }
        guard let linked = receiver.linked else { return }
        push(envelope.node(parts, to: receiver, now: now()), to: linked)
    }

    // MARK: Receipts

    /// From a simulated device to whoever wrote.
    func send(
        receipt type: String?, about envelope: MessageEnvelope, from speaker: SimulatedDevice, _ children: [Node] = []
    ) {
        guard let linked = envelope.sender.linked else { return }
        push(envelope.receipt(type, from: speaker, children, now: now()), to: linked)
    }

    /// From a linked device.
    func post(receipt node: Node, from sender: LinkedDevice) {
        var event = ServerEvent(.receipt, account: sender.person.number, device: sender.number)
        event.type = node["type"] ?? "delivered"
        event.id = node["id"]
        event.group = node.jid("to").flatMap { $0.isGroup ? $0.description : nil }
        let target = (node.jid("participant") ?? node.jid("to")).flatMap { device($0) }
        event.person = target?.person.number
        event.personDevice = target?.number
        let more = node.child("list")?.children("item").compactMap { $0["id"] } ?? []
        if !more.isEmpty { event.detail = more.joined(separator: " ") }
        events.note(event)
        guard let target else { return }
        if node["type"] == "retry" { return sendAgain(node, from: sender, to: target) }
        if let linked = target.linked { pass(on: node, from: sender, to: linked) }
    }

    private func sendAgain(_ node: Node, from sender: LinkedDevice, to author: DeviceReference) {
        guard let simulated = author.simulated else {
            if let linked = author.linked { pass(on: node, from: sender, to: linked) }
            return
        }
        do { try simulated.answer(RetryRequest(node), from: sender.reference, in: self) } catch {
            var event = ServerEvent(.problem, account: sender.person.number, device: sender.number)
            event.id = node["id"]
            event.detail = "retry receipt: \(error)"
            events.note(event)
        }
    }

    /// Between two lines.
    private func pass(on receipt: Node, from sender: LinkedDevice, to receiver: LinkedDevice) {
        var node = receipt
        let to = receipt.jid("to")
        node.attributes["to"] = nil
        node.attributes["t"] = .number(now())
        if let to, to.isGroup, let group = groups[to] {
            node.attributes["from"] = .jid(to)
            node.attributes["participant"] = .jid(group.name(of: sender.person).with(device: sender.number))
        } else {
            node.attributes["from"] = .jid(sender.person.jid(like: to ?? .service).with(device: sender.number))
        }
        push(node, to: receiver)
    }
}
