/// Who answers a conversation, and the epoch that rises with every change. A reply commits only under the epoch it was
/// composed for, so a machine never talks over a person.
package struct Ownership: Sendable, Equatable {
    package enum Owner: String, Sendable, Codable, CaseIterable {
        case ai, flow, human, none
    }

    package private(set) var owner: Owner
    /// Set when a person owns the conversation.
    package private(set) var user: UserID?
    package private(set) var epoch: Int

    package init(owner: Owner = .none, user: UserID? = nil, epoch: Int = 0) {
        self.owner = owner
        self.user = owner == .human ? user : nil
        self.epoch = epoch
    }

    /// A person answers from now on. The same person taking over twice changes nothing.
    package func takenOver(by user: UserID) -> Ownership {
        guard owner != .human || self.user != user else { return self }
        return Ownership(owner: .human, user: user, epoch: epoch + 1)
    }

    /// Machines may answer again.
    package func givenBack() -> Ownership {
        owner == .human ? Ownership(owner: .none, epoch: epoch + 1) : self
    }

    /// A customer asked for a person: nobody answers until somebody takes over.
    package func handedToPeople() -> Ownership {
        owner == .human ? self : Ownership(owner: .human, epoch: epoch + 1)
    }

    /// A machine answers; `nil` when a person owns the conversation. No new epoch when it owned it before.
    package func claimed(byFlow: Bool) -> Ownership? {
        let machine: Owner = byFlow ? .flow : .ai
        guard owner != .human else { return nil }
        return owner == machine ? self : Ownership(owner: machine, epoch: epoch + 1)
    }

    /// Whether a machine's reply composed under `epoch` may still be sent.
    package func allowsReply(composedUnder epoch: Int) -> Bool {
        owner != .human && self.epoch == epoch
    }
}
