import Synchronization
import WhatsAppWire

/// This device: its keys, and the account whose phone it was linked to.
final class OwnDevice: Sendable {
    private struct State: Sendable {
        var credentials: Credentials
        var account: LinkedAccount?
    }

    private let state: Mutex<State>

    init(credentials: Credentials, account: LinkedAccount?) {
        state = Mutex(State(credentials: credentials, account: account))
    }

    var credentials: Credentials { state.withLock { $0.credentials } }
    /// `nil` until a phone was linked.
    var account: LinkedAccount? { state.withLock { $0.account } }

    /// A code typed on the phone settled it.
    func use(advSecret: [UInt8]) { state.withLock { $0.credentials.advSecret = advSecret } }
    func belongs(to account: LinkedAccount) { state.withLock { $0.account = account } }

    /// Without device, under both names.
    var addresses: [JID] { [account?.jid, account?.lid].compactMap { $0?.withoutDevice } }

    /// Our name beside a person's: hidden ids meet hidden ids.
    func address(beside person: JID) -> JID? {
        let account = account
        return person.isHiddenUser ? account?.lid ?? account?.jid : account?.jid
    }

    /// Hidden id first, as keys are named.
    var preferredAddress: JID? {
        let account = account
        return account?.lid ?? account?.jid
    }
}
