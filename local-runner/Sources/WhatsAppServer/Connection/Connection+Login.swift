import WhatsAppWire

extension Connection {
    /// The static key of the handshake is the credential: it must be the one the device was linked with.
    func login(_ jid: JID, _ key: PublicKey) {
        if let fault = network.faults.take(.login, account: jid.user, stanza: nil) {
            network.noteFault(fault, network.device(jid))
            return fail(
                reason: fault.code ?? 503,
                ["code": .number(fault.ban), "expire": .number(fault.seconds.map { Int($0) })])
        }
        guard let device = network.person(jid)?.linked[jid.device], device.noiseKey == key else {
            return fail(reason: 401)
        }
        device.connection?.end(StreamError.conflict("replaced"))
        device.connection = self
        phase = .open(device)
        armCut(account: device.person.number)
        greet(device)
    }

    private func greet(_ device: LinkedDevice) {
        let person = device.person
        network.events.note(ServerEvent(.loggedIn, account: person.number, device: device.number))
        send(Success.node(lid: person.hiddenJID.with(device: device.number), now: network.now()))
        let waiting = device.queue.rewind()
        let total = waiting.values.reduce(0, +)
        send(
            Node(
                "ib",
                children: [
                    Node(
                        "offline_preview",
                        [
                            "count": .number(total), "message": .number(waiting["message"] ?? 0),
                            "receipt": .number(waiting["receipt"] ?? 0),
                            "notification": .number(waiting["notification"] ?? 0), "appdata": "0",
                        ])
                ]))
    }

    /// The client is ready for what waited.
    func activate(_ device: LinkedDevice) {
        guard !isActive else { return }
        isActive = true
        network.events.note(ServerEvent(.active, account: device.person.number, device: device.number))
        let total = device.queue.offlineLeft
        offlineTotal = total
        if total == 0 { sendOfflineDone() }
        pump()
        guard device.isNew else { return }
        device.isNew = false
        network.welcome(device)
    }

    /// Sends what is queued, as fast as the client reads.
    func pump() {
        guard isActive, let device else { return }
        while socket.isWritable, device.connection === self, device.queue.unsent > 0 {
            let fault = network.faults.take(.delivery, account: account, stanza: device.queue.nextTag)
            if let fault { network.noteFault(fault, device.reference) }
            if fault?.kind == .reorder { _ = device.queue.swapNextTwo() }
            guard let node = device.queue.next() else { return }
            send(node.struck(by: fault?.kind))
            if fault?.kind == .duplicate { send(node) }
            if offlineTotal > 0, device.queue.offlineLeft == 0 { sendOfflineDone() }
        }
    }

    private func sendOfflineDone() {
        send(Node("ib", children: [Node("offline", ["count": .number(offlineTotal)])]))
        offlineTotal = 0
    }

    /// The phone takes this device off its list.
    func unlink() {
        guard let device else { return }
        network.unlink(device)
    }
}

extension Node {
    fileprivate func struck(by fault: Fault.Kind?) -> Node {
        switch fault {
        case .badMAC: withEach("enc") { $0.withAlteredEnd }
        case .plaintext: withEach("enc") { _ in Node("plaintext", bytes: OutgoingMessage.text("forged").content) }
        default: self
        }
    }

    private func withEach(_ tag: String, _ change: (Node) -> Node) -> Node {
        var copy = self
        copy.content = .children(children.map { $0.tag == tag ? change($0) : $0 })
        return copy
    }

    /// With the last byte changed.
    private var withAlteredEnd: Node {
        guard var bytes, !bytes.isEmpty else { return self }
        bytes[bytes.count - 1] ^= 1
        var altered = self
        altered.content = .bytes(bytes)
        return altered
    }
}
