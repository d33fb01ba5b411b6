/// Publishing our keys and fetching others'. All under `xmlns=encrypt`.
package enum PreKeyStanzas {
    private static let xmlns = "encrypt"
    /// Below this, upload.
    package static let lowCount = 5
    package static let firstUpload = 812
    package static let furtherUpload = 50

    package static func count(id: String) -> Node {
        IQ.get(id: id, xmlns: xmlns, [Node("count")])
    }

    /// Of the reply to `count`, or of a `notification type=encrypt`.
    package static func parseCount(_ node: Node) -> Int? {
        node.child("count")?.integer("value")
    }

    package static func countReply(to iq: Node, _ count: Int) -> Node {
        IQ.result(of: iq, [Node("count", ["value": .number(count)])])
    }

    // MARK: Upload

    package struct Upload: Sendable, Equatable {
        package let registrationID: UInt32
        package let identity: PublicKey
        package let preKeys: [PreKey.Public]
        package let signedPreKey: SignedPreKey.Public

        package init(credentials: Credentials, preKeys: [PreKey]) {
            registrationID = credentials.registrationID
            identity = credentials.identityKey.publicKey
            self.preKeys = preKeys.map(\.published)
            signedPreKey = credentials.signedPreKey.published
        }

        package func node(id: String) -> Node {
            IQ.set(
                id: id, xmlns: xmlns,
                [
                    Node("registration", bytes: [UInt8](bigEndian: registrationID, count: 4)),
                    Node("type", bytes: [PublicKey.type]), Node("identity", bytes: identity.bytes),
                    Node("list", children: preKeys.map(\.node)), signedPreKey.node,
                ])
        }

        package init(_ iq: Node) throws(StanzaError) {
            guard let registration = iq.bytes(of: "registration"), registration.count == 4 else {
                throw StanzaError("iq.registration")
            }
            guard let bytes = iq.bytes(of: "identity"), let identity = try? PublicKey(bytes) else {
                throw StanzaError("iq.identity")
            }
            guard let signed = iq.child("skey").flatMap(SignedPreKey.Public.init), signed.isSigned(by: identity)
            else { throw StanzaError("iq.skey") }
            registrationID = UInt32(registration.bigEndianValue ?? 0)
            self.identity = identity
            preKeys = iq.child("list")?.children("key").compactMap(PreKey.Public.init) ?? []
            signedPreKey = signed
        }
    }

    // MARK: Fetch

    /// - Parameter forIdentity: because a device's identity changed.
    package static func fetch(id: String, devices: [JID], forIdentity: Bool = false) -> Node {
        let users = devices.map { Node("user", ["jid": .jid($0), "reason": forIdentity ? "identity" : nil]) }
        return IQ.get(id: id, xmlns: xmlns, [Node("key", children: users)])
    }

    package static func parseFetch(_ iq: Node) -> [JID]? {
        iq.child("key")?.children("user").compactMap { $0.jid("jid") }
    }

    package enum Fetched: Sendable, Equatable {
        case bundle(PreKeyBundle)
        /// No such device any more (404, 406, ...): skip it and drop it from the cached list.
        case unavailable(code: Int)
    }

    /// By device. Devices whose answer makes no sense are left out.
    package static func parse(_ reply: Node) -> [JID: Fetched] {
        var found: [JID: Fetched] = [:]
        for user in reply.child("list")?.children("user") ?? [] {
            guard let jid = user.jid("jid") else { continue }
            if let error = user.child("error") {
                found[jid] = .unavailable(code: error.integer("code") ?? 0)
            } else if let bundle = PreKeyBundle(user) {
                found[jid] = .bundle(bundle)
            }
        }
        return found
    }

    package static func reply(to iq: Node, _ found: [(JID, Fetched)], now: Int64) -> Node {
        let users = found.map { jid, fetched in
            switch fetched {
            case .bundle(let bundle):
                Node("user", ["jid": .jid(jid), "t": .number(now)], children: bundle.nodes)
            case .unavailable(let code):
                Node("user", ["jid": .jid(jid)], children: [Node("error", ["code": .number(code)])])
            }
        }
        return IQ.result(of: iq, [Node("list", children: users)])
    }
}

extension PreKeyBundle {
    fileprivate init?(_ user: Node) {
        guard let registration = user.bytes(of: "registration"), registration.count == 4,
            let bytes = user.bytes(of: "identity"), let identity = try? PublicKey(bytes),
            let signed = user.child("skey").flatMap(SignedPreKey.Public.init)
        else { return nil }
        self.init(
            registrationID: UInt32(registration.bigEndianValue ?? 0), identity: identity, signedPreKey: signed,
            preKey: user.child("key").flatMap(PreKey.Public.init))
    }

    fileprivate var nodes: [Node] {
        [
            Node("registration", bytes: [UInt8](bigEndian: registrationID, count: 4)),
            Node("type", bytes: [PublicKey.type]), Node("identity", bytes: identity.bytes),
        ] + (preKey.map { [$0.node] } ?? []) + [signedPreKey.node]
    }
}
