import WhatsAppWire

extension Connection {
    /// Every kind of stanza from a linked device, and its answer.
    func dispatch(_ node: Node, _ device: LinkedDevice) {
        switch node.tag {
        case "iq": query(node, device)
        case "message": message(node, device)
        case "receipt": receipt(node, device)
        case "ack": acknowledgement(node, device)
        case "presence": presence(node, device)
        case "chatstate": typing(node, device)
        // Telemetry and hints want no answer.
        case "ib", "call", "notification": break
        default: broke("an unknown stanza: \(node.tag)")
        }
    }

    private func query(_ node: Node, _ device: LinkedDevice) {
        guard node["type"] == "get" || node["type"] == "set" else { return }
        send(Queries(network: network, device: device).answer(node))
        if node["xmlns"] == "passive", node.child("active") != nil { activate(device) }
    }

    // MARK: Messages

    private func message(_ node: Node, _ device: LinkedDevice) {
        let fault = network.faults.take(.acknowledgement, account: account, stanza: node.tag)
        if let fault { network.noteFault(fault, device.reference) }
        if fault?.kind == .errorAck { return acknowledge(node, error: fault?.code ?? 479) }
        do {
            let accepted = try network.take(node, from: device)
            if fault?.kind != .lostAck {
                acknowledge(node, hash: fault?.kind == .deviceHash ? "2:AAAAAAAA" : accepted.missing)
            }
            network.deliver(accepted)
        } catch {
            broke("a message that goes nowhere: \(error.path)")
            acknowledge(node, error: 479)
        }
    }

    private func acknowledge(_ node: Node, error: Int? = nil, hash: String? = nil) {
        send(
            Node(
                "ack",
                [
                    "class": "message", "id": .optional(node["id"]), "from": .optional(node.jid("to")),
                    "participant": .optional(node.jid("participant")), "t": .number(network.now()),
                    "error": .number(error), "phash": .optional(hash),
                ]))
    }

    // MARK: Receipts and acknowledgements

    /// What says that a message arrived. "Again, please" does not: the acknowledgement that comes with it does.
    private static let arrivals: Set<String?> = [nil, "inactive", "sender", "peer_msg"]

    private func receipt(_ node: Node, _ device: LinkedDevice) {
        if Self.arrivals.contains(node["type"]) { _ = device.queue.answered(by: node) }
        network.post(receipt: node, from: device)
        send(
            Node(
                "ack",
                [
                    "class": "receipt", "id": .optional(node["id"]), "from": .optional(node.jid("to")),
                    "type": .optional(node["type"]), "participant": .optional(node.jid("participant")),
                    "t": .number(network.now()),
                ]))
    }

    private func acknowledgement(_ node: Node, _ device: LinkedDevice) {
        guard let answered = device.queue.answered(by: node) else {
            return broke("an acknowledgement of nothing: \(node["class"] ?? "") \(node["id"] ?? "")")
        }
        guard answered.tag == "message", let error = node["error"] else { return }
        var event = ServerEvent(.notHandled, account: account, device: device.number)
        event.id = node["id"]
        event.detail = error
        network.events.note(event)
    }

    // MARK: Presence

    private func presence(_ node: Node, _ device: LinkedDevice) {
        guard let type = node["type"], type == "available" || type == "unavailable" else { return }
        device.isAvailable = type == "available"
        if let name = node["name"] { device.person.name = name }
        var event = ServerEvent(.presence, account: account, device: device.number)
        event.type = type
        event.text = node["name"]
        network.events.note(event)
    }

    private func typing(_ node: Node, _ device: LinkedDevice) {
        var event = ServerEvent(.typing, account: account, device: device.number)
        event.type = node.children.first?.tag
        event.person = node.jid("to").flatMap { network.person($0)?.number }
        event.group = node.jid("to").flatMap { $0.isGroup ? $0.description : nil }
        network.events.note(event)
    }
}
