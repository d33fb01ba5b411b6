/// What a first message or bundle says about the identity we had for a device.
package enum IdentityCheck: Equatable, Sendable {
    case unchanged
    /// Nothing known before: keep it.
    case new
    /// Reinstalled, or somebody else: trusted as WhatsApp Web does, kept, and told to the organization.
    case changed(from: PublicKey)

    package init(stored: PublicKey?, presented: PublicKey) {
        switch stored {
        case nil: self = .new
        case presented: self = .unchanged
        case let stored?: self = .changed(from: stored)
        }
    }
}
