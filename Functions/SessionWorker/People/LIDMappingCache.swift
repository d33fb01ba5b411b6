import WhatsAppWire

/// The pairs of hidden id (LID) and phone number that this connection has met lately: bounded, filled from the database.
struct LIDMappingCache: Sendable {
    private static let most = 256

    private var numbers: [String: String] = [:]
    private var hidden: [String: String] = [:]
    private var order: [String] = []

    func holds(_ pair: LIDPair) -> Bool { numbers[pair.hiddenUser.user] == pair.phoneNumber.user }

    mutating func insert(_ pair: LIDPair) {
        let (lid, number) = (pair.hiddenUser.user, pair.phoneNumber.user)
        if let old = numbers[lid] { hidden[old] = nil } else { order.append(lid) }
        numbers[lid] = number
        hidden[number] = lid
        guard order.count > Self.most else { return }
        if let number = numbers.removeValue(forKey: order.removeFirst()) { hidden[number] = nil }
    }

    /// The address under which a person's keys are kept: by hidden id when that is known, whatever the stanza said.
    func canonical(_ jid: JID) -> JID {
        guard jid.server == .phoneNumber, let lid = hidden[jid.user] else { return jid }
        return .hiddenUser(lid, device: jid.device)
    }

    func phoneNumber(of jid: JID) -> JID? {
        guard jid.server == .hiddenUser else { return jid.isPhoneNumber ? jid.withoutDevice : nil }
        return numbers[jid.user].map { .phoneNumber($0) }
    }
}
