import Cryptography
import DequeModule
import WhatsAppWire

/// The answer to each query of a linked device. Total: what is not known here gets an empty result.
@ServerLoop
struct Queries {
    let network: Network
    let device: LinkedDevice

    func answer(_ iq: Node) -> Node {
        switch (iq["xmlns"], iq["type"]) {
        case ("encrypt", "get"): keys(iq)
        case ("encrypt", "set"): upload(iq)
        case ("usync", _): people(iq)
        case ("w:g2", "get"): groups(iq)
        case ("w:m", _): media(iq)
        case ("privacy", "get"): privacy(iq)
        case ("blocklist", "get"): IQ.result(of: iq, [Node("list")])
        case ("abt", _): IQ.result(of: iq, [Node("props", ["protocol": "1", "hash": "test"])])
        case ("w:sync:app:state", _): appState(iq)
        case ("md", "set"): device(iq)
        default: IQ.result(of: iq)
        }
    }

    // MARK: Keys

    private func keys(_ iq: Node) -> Node {
        if iq.child("count") != nil { return PreKeyStanzas.countReply(to: iq, device.preKeys.count) }
        if iq.child("digest") != nil { return digest(iq) }
        let asked = PreKeyStanzas.parseFetch(iq) ?? []
        let found = asked.map { jid -> (JID, PreKeyStanzas.Fetched) in
            let target = network.device(jid)
            let bundle = target.flatMap { network.bundle(of: $0, asker: device.reference) }
            return (jid, bundle.map { .bundle($0) } ?? .unavailable(code: 404))
        }
        return PreKeyStanzas.reply(to: iq, found, now: network.now())
    }

    private func upload(_ iq: Node) -> Node {
        guard let upload = try? PreKeyStanzas.Upload(iq) else {
            return IQ.error(of: iq, code: 406, text: "not-acceptable")
        }
        device.publish(upload)
        network.changed()
        var event = ServerEvent(.keys, account: device.person.number, device: device.number)
        event.detail = "\(upload.preKeys.count)"
        network.events.note(event)
        return IQ.result(of: iq)
    }

    /// Lets a client see whether its keys are still here.
    private func digest(_ iq: Node) -> Node {
        let signed = device.signedPreKey
        let ids = device.preKeys.map { Node("id", bytes: $0.node.bytes(of: "id") ?? []) }
        var hashed = device.identity.bytes + signed.key.bytes + signed.signature
        for key in device.preKeys { hashed += key.key.bytes }
        return IQ.result(
            of: iq,
            [
                Node(
                    "digest",
                    children: [
                        Node("registration", bytes: Self.bytes(device.registrationID)),
                        Node("type", bytes: [PublicKey.type]),
                        Node("identity", bytes: device.identity.bytes), signed.node, Node("list", children: ids),
                        Node("hash", bytes: HashFunction.sha1.hash(hashed)),
                    ])
            ])
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    // MARK: People

    private func people(_ iq: Node) -> Node {
        guard let request = Usync.Request(iq) else { return IQ.result(of: iq) }
        return Usync.reply(to: iq, request.users.map { jid in user(jid, network.person(jid), request) })
    }

    private func user(_ jid: JID, _ person: Person?, _ request: Usync.Request) -> Usync.User {
        let devices = request.kinds.contains("devices") ? person.map(devices) : nil
        let mayKnow = person.map { $0.appearance != .phoneNumber || $0 === device.person } ?? false
        let lid = request.kinds.contains("lid") && mayKnow ? person?.hiddenJID : nil
        return Usync.User(jid: jid.withoutDevice, lid: lid, devices: devices)
    }

    private func devices(_ person: Person) -> [Usync.Device] {
        person.deviceNumbers.map { number in
            Usync.Device(
                number: number,
                keyIndex: person.linked[number].map { Int($0.keyIndex) } ?? person.simulated[number]?.keyIndex)
        }
    }

    private func groups(_ iq: Node) -> Node {
        if let jid = iq.jid("to"), let group = network.groups[jid] {
            guard group.has(device.person) else { return IQ.error(of: iq, code: 403, text: "forbidden") }
            return group.info.reply(to: iq)
        }
        guard iq.child("participating") != nil else { return IQ.error(of: iq, code: 404, text: "item-not-found") }
        let mine = network.groups.values.filter { $0.has(device.person) }
        let nodes = mine.compactMap { $0.info.reply(to: iq).child("group") }
        return IQ.result(of: iq, [Node("groups", children: nodes)])
    }

    // MARK: Small ones

    private func media(_ iq: Node) -> Node {
        MediaConnection(auth: network.media.auth, timeToLive: 3600, hosts: [network.mediaHost]).reply(to: iq)
    }

    private func privacy(_ iq: Node) -> Node {
        let settings = ["readreceipts": "all", "last": "all", "profile": "all", "groupadd": "all", "online": "all"]
        let categories = settings.sorted { $0.key < $1.key }.map {
            Node("category", ["name": .text($0.key), "value": .text($0.value)])
        }
        return IQ.result(of: iq, [Node("privacy", children: categories)])
    }

    /// Collections without a change.
    private func appState(_ iq: Node) -> Node {
        let asked = iq.child("sync")?.children("collection") ?? []
        let collections = asked.map {
            Node("collection", ["name": .optional($0["name"]), "version": .optional($0["version"])])
        }
        return IQ.result(of: iq, [Node("sync", children: collections)])
    }

    /// The device takes itself off the phone's list; the answer leaves before the connection ends.
    private func device(_ iq: Node) -> Node {
        guard let removal = iq.child("remove-companion-device") else { return IQ.result(of: iq) }
        let leaving = removal.jid("jid").flatMap { network.device($0)?.linked } ?? device
        guard leaving.person === device.person else { return IQ.error(of: iq, code: 403, text: "forbidden") }
        ServerLoop.after(0) { [network] in network.unlink(leaving) }
        return IQ.result(of: iq)
    }
}
