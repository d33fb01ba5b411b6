import WhatsAppWire

/// A client that shows codes until a phone takes one.
@ServerLoop
final class Pairing {
    let registration: ClientPayload.Registration
    let noiseKey: PublicKey
    let refs: [String]
    /// The client's `companion_hello`: it shows a code to be typed into this phone.
    var hello: (node: Node, number: String)?
    var linkCode: LinkCodePrimary?
    var onFinish: CheckedContinuation<(companion: PublicKey, advSecret: [UInt8]), any Error>?
    /// `pair-success` was sent and waits for its answer.
    var candidate: Candidate?

    struct Candidate {
        let iqID: String
        let phone: PrimaryPhone
        let device: LinkedDevice
        let done: CheckedContinuation<LinkedDevice, any Error>
    }

    init(registration: ClientPayload.Registration, noiseKey: PublicKey, refs: [String]) {
        self.registration = registration
        self.noiseKey = noiseKey
        self.refs = refs
    }
}

extension Connection {
    private static let refCount = 6
    /// Seconds: the first code lives 60, the others 20 each.
    private static let codesLast = 160.0

    func offerCodes(_ registration: ClientPayload.Registration, _ key: PublicKey) {
        let refs = (0..<Self.refCount).map { _ in "2@" + Base64.encode(network.random.bytes(48)) }
        let pairing = Pairing(registration: registration, noiseKey: key, refs: refs)
        phase = .pairing(pairing)
        for ref in refs { network.waiting[ref] = self }
        var event = ServerEvent(.waiting)
        event.text = refs[0]
        network.events.note(event)
        send(PairDevice.node(id: network.nextID(), refs: refs))
        ServerLoop.after(Self.codesLast) { [weak self] in
            guard let self, case .pairing(let pairing) = phase, pairing.candidate == nil else { return }
            socket.close()
        }
    }

    func pairingStanza(_ node: Node) {
        guard case .pairing(let pairing) = phase, node.tag == "iq" else { return }
        if let candidate = pairing.candidate, node["id"] == candidate.iqID { return finish(pairing, candidate, node) }
        guard node["type"] == "set" || node["type"] == "get" else { return }
        guard let request = node.child(LinkCode.tag) else { return send(IQ.result(of: node)) }
        linkCode(request, node, pairing)
    }

    // MARK: The code that is typed

    private func linkCode(_ request: Node, _ iq: Node, _ pairing: Pairing) {
        switch request["stage"] {
        case "companion_hello":
            let number = request.jid("jid")?.user ?? ""
            pairing.hello = (iq, number)
            network.events.note(ServerEvent(.codeWanted, account: number))
            let ref = Node("link_code_pairing_ref", bytes: Array(pairing.refs[0].utf8))
            send(IQ.result(of: iq, [Node(LinkCode.tag, ["stage": "companion_hello"], children: [ref])]))
        case "companion_finish":
            send(IQ.result(of: iq))
            guard let onFinish = pairing.onFinish, let primary = pairing.linkCode else { return }
            pairing.onFinish = nil
            onFinish.resume(with: Result { try primary.finish(iq) })
        default: send(IQ.error(of: iq, code: 400, text: "bad-request"))
        }
    }

    /// The phone's owner types the code; the client answers with its bundle.
    func type(_ code: PairingCode, on person: Person) async throws -> (companion: PublicKey, advSecret: [UInt8]) {
        guard case .pairing(let pairing) = phase, let hello = pairing.hello else {
            throw ActionError("that client asked for no code")
        }
        let primary = try LinkCodePrimary(
            hello: hello.node, typed: code, identity: person.identity, using: &network.random)
        pairing.linkCode = primary
        return try await withCheckedThrowingContinuation { continuation in
            pairing.onFinish = continuation
            send(primary.notification(id: network.nextID(), ref: Array(pairing.refs[0].utf8)))
        }
    }

    // MARK: The phone's word

    /// Sends `pair-success` and waits for the client's signature.
    func pair(with person: Person, companion: PublicKey, advSecret: [UInt8]) async throws -> LinkedDevice {
        guard case .pairing(let pairing) = phase, pairing.candidate == nil else {
            throw ActionError("that client no longer shows this code")
        }
        guard companion == pairing.registration.identity else {
            throw ActionError("the code names another identity than the client's")
        }
        if let fault = network.faults.take(.pairing, account: person.number, stanza: nil) {
            network.noteFault(fault, nil)
            send(
                Node(
                    "notification",
                    ["from": .jid(.service), "type": "passkey_prologue_request", "id": .text(network.nextID())],
                    children: [Node("passkey_prologue_request")]))
            throw ActionError("the account demands a passkey")
        }
        let device = newDevice(of: person, pairing)
        let phone = PrimaryPhone(identity: person.identity, jid: person.phoneNumberJID, lid: person.hiddenJID)
        let id = network.nextID()
        let success = try phone.pairSuccess(
            id: id, companion: companion, advSecret: advSecret,
            device: .init(number: device.number, keyIndex: device.keyIndex, linkedAt: network.now()),
            using: &network.random)
        return try await withCheckedThrowingContinuation { continuation in
            pairing.candidate = .init(iqID: id, phone: phone, device: device, done: continuation)
            send(success)
        }
    }

    private func newDevice(of person: Person, _ pairing: Pairing) -> LinkedDevice {
        defer { person.nextDevice += 1 }
        let registration = pairing.registration
        return LinkedDevice(
            person: person, number: person.nextDevice, keyIndex: UInt32(person.nextDevice),
            keys: .init(
                noise: pairing.noiseKey, identity: registration.identity,
                registrationID: registration.registrationID, signedPreKey: registration.signedPreKey),
            linkedAt: network.now(), queueLimit: network.configuration.queueLimit)
    }

    private func finish(_ pairing: Pairing, _ candidate: Pairing.Candidate, _ answer: Node) {
        pairing.candidate = nil
        forget(pairing)
        let device = candidate.device
        guard answer["type"] == "result", candidate.phone.accepts(answer, companion: device.identity) else {
            var event = ServerEvent(.refused, account: device.person.number, device: device.number)
            event.detail = answer.child("error")?["text"] ?? "the client's signature is wrong"
            network.events.note(event)
            candidate.done.resume(throwing: ActionError("the client refused: \(event.detail ?? "")"))
            return end(StreamError.code(401))
        }
        network.link(device)
        end(StreamError.code(515))
        candidate.done.resume(returning: device)
    }

    func abandon(_ pairing: Pairing) {
        forget(pairing)
        let gone = ActionError("the client went away")
        pairing.candidate?.done.resume(throwing: gone)
        pairing.onFinish?.resume(throwing: gone)
        pairing.candidate = nil
        pairing.onFinish = nil
    }

    private func forget(_ pairing: Pairing) {
        for ref in pairing.refs { network.waiting[ref] = nil }
    }
}

/// An action that makes no sense now. Its text is for whoever asked for it.
package struct ActionError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
