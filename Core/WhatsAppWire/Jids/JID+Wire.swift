extension JID {
    /// The domain byte of an AD_JID.
    static let domains: [(byte: UInt8, server: Server)] = [
        (0, .phoneNumber), (1, .hiddenUser), (128, .hosted), (129, .hostedHiddenUser),
    ]

    /// The domain byte, for addresses that are written as AD_JID: those with a device, and hosted ones always.
    var wireDomain: UInt8? {
        guard !user.isEmpty, let domain = Self.domains.first(where: { $0.server == server })?.byte else { return nil }
        return device > 0 || domain >= 128 ? domain : nil
    }
}
