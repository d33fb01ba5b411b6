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
