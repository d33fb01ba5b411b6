/// That a hidden id and a phone number belong to the same person.
package struct LIDPair: Hashable, Sendable, Codable {
    /// Both without a device.
    package let hiddenUser: JID
    package let phoneNumber: JID

    /// Takes the two in either order; nil unless one is a LID and the other a phone number.
    package init?(_ one: JID?, _ other: JID?) {
        guard let one, let other, one.isUser, other.isUser, !one.user.isEmpty, !other.user.isEmpty else { return nil }
        guard one.isHiddenUser != other.isHiddenUser else { return nil }
        let (lid, number) = one.isHiddenUser ? (one, other) : (other, one)
        hiddenUser = .hiddenUser(lid.user)
        phoneNumber = .phoneNumber(number.user)
    }
}

/// What to do with a person's Signal state when a pair is learned. Run in one transaction with storing the pair.
package enum LIDMigration {
    /// For one kept value (session, identity or sender key) of one device.
    package enum Step: Equatable, Sendable {
        case move(from: SignalAddress, to: SignalAddress)
        /// The hidden-id one is newer and wins.
        case drop(SignalAddress)
    }

    /// - Parameter addresses: those of the person, under either name, that have such a value.
    package static func steps(for pair: LIDPair, having addresses: Set<SignalAddress>) -> [Step] {
        let old = pair.phoneNumber.signalAddress.name
        return addresses.filter { $0.name == old }.sorted { $0.device < $1.device }.map { address in
            let target = pair.hiddenUser.with(device: address.device).signalAddress
            return addresses.contains(target) ? .drop(address) : .move(from: address, to: target)
        }
    }
}
