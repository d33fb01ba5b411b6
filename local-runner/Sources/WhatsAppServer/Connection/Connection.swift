import WhatsAppWire

/// A client's connection on the server's side: handshake, then a pairing or a login, then stanzas.
@ServerLoop
final class Connection {
    enum Phase {
        case handshake
        case pairing(Pairing)
        case open(LinkedDevice)
        /// The last word was said; the socket closes soon.
        case over
    }

    /// Seconds that a client may take for the handshake.
    private static let patience = 20.0

    let network: Network
    let socket: ClientSocket
    var link: ServerLink
    var phase = Phase.handshake
    /// Left the passive state: queued stanzas flow.
    var isActive = false
    /// How many stanzas waited when this connection began; 0 once the client was told that these are through.
    var offlineTotal = 0
    /// Of a fault: nothing more is said or heard.
    private var isSilent = false
    var cutAfter: [Fault.Direction: Int] = [:]
    var passed: [Fault.Direction: Int] = [:]
    /// A frame that waits for the next one.
    var heldFrame: [UInt8]?

    init(network: Network, socket: ClientSocket, link: ServerLink) {
        self.network = network
        self.socket = socket
        self.link = link
        armCut(account: nil)
        ServerLoop.after(Self.patience) { [weak self] in
            if let self, case .handshake = phase { self.socket.close() }
        }
    }

    var device: LinkedDevice? {
        if case .open(let device) = phase { device } else { nil }
    }

    var account: String? { device?.person.number }

    // MARK: In

    func received(_ bytes: [UInt8]) {
        guard !isSilent else { return }
        let bytes = allowed(bytes, .received)
        link.received(bytes)
        do {
            while let event = try link.next() { handle(event) }
        } catch {
            broke("\(error)")
            socket.close()
        }
        if isCut(.received) { socket.close() }
    }

    private func handle(_ event: ServerLink.Event) {
        switch (event, phase) {
        case (.reply(let bytes), .handshake): write(bytes)
        case (.accepted(let key, let payload), .handshake): accept(key, payload)
        case (.node(let node), .pairing): take(node) { pairingStanza(node) }
        case (.node(let node), .open(let device)): take(node) { dispatch(node, device) }
        default: break
        }
    }

    private func accept(_ key: PublicKey, _ payload: ClientPayload) {
        guard payload.version.build >= network.configuration.oldestBuild else { return fail(reason: 405) }
        do {
            switch try payload.purpose() {
            case .registration(let registration): offerCodes(registration, key)
            case .login(let jid): login(jid, key)
            }
        } catch { fail(reason: 400) }
    }

    /// Handles it, unless a fault strikes first.
    private func take(_ node: Node, _ handle: () -> Void) {
        let name = Self.name(of: node)
        network.stanzas[.received, default: 0] += 1
        if let fault = network.faults.take(.stanza, account: account, stanza: name), strike(fault) { return }
        handle()
        if let fault = network.faults.take(.stanza, account: account, stanza: name, afterwards: true) {
            _ = strike(fault)
        }
    }

    /// The tag, and for queries what they are about.
    static func name(of node: Node) -> String {
        node.tag == "iq" ? "iq:\(node["xmlns"] ?? "")" : node.tag
    }

    // MARK: Out

    func send(_ node: Node) {
        guard !isSilent else { return }
        if case .over = phase { return }
        transmit(node)
    }

    private func transmit(_ node: Node) {
        let name = Self.name(of: node)
        network.stanzas[.sent, default: 0] += 1
        let before = network.faults.take(.stanza, account: account, stanza: name, direction: .sent)
        if let before, strike(before) { return }
        let fault = device.flatMap { _ in network.faults.take(.frame, account: account, stanza: name) }
        if let fault { network.noteFault(fault, device?.reference) }
        guard let frame = try? link.send(node, compressed: fault?.kind == .compressed) else {
            return broke("a stanza could not be written")
        }
        put(frame, fault?.kind)
        let after = network.faults.take(.stanza, account: account, stanza: name, direction: .sent, afterwards: true)
        if let after { _ = strike(after) }
    }

    func write(_ bytes: [UInt8]) {
        socket.write(allowed(bytes, .sent))
        if isCut(.sent) { socket.close() }
    }

    /// Says why, leaves the socket open for a moment, and closes it.
    func end(_ lastWord: Node) {
        send(lastWord)
        leave()
        phase = .over
        ServerLoop.after(network.configuration.lingering) { [socket] in socket.close() }
    }

    func fail(reason: Int, _ extra: Attributes = [:]) {
        var attributes: Attributes = ["reason": .number(reason), "location": "test"]
        for (key, value) in extra.pairs { attributes[key] = value }
        var event = ServerEvent(.turnedAway, account: account)
        event.detail = "\(reason)"
        network.events.note(event)
        end(Node("failure", attributes))
    }

    func beSilent() { isSilent = true }

    // MARK: The end

    func closed() {
        if case .pairing(let pairing) = phase { abandon(pairing) }
        leave()
        phase = .over
    }

    func broke(_ reason: String) {
        var event = ServerEvent(.problem, account: account, device: device?.number)
        event.detail = reason
        network.events.note(event)
    }

    private func leave() {
        guard let device, device.connection === self else { return }
        device.connection = nil
        network.events.note(ServerEvent(.disconnected, account: device.person.number, device: device.number))
    }
}
