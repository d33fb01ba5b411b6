import Domain
import FoundationEssentials
import Store
import WhatsAppWire

/// Secrets of the polls we sent: kept, to read the votes.
struct PollSecrets: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let randomness: Randomness

    struct Secret: Codable, Sendable {
        let options: [String]
        let secret: [UInt8]
    }

    /// The poll's secret, made and stored when it has none yet.
    func secret(of poll: MessageContent.Poll, id: String) async throws -> Secret {
        if let known = try await stored(id) { return known }
        let made = Secret(options: poll.options, secret: randomness.bytes(32))
        let bytes = Array(try JSONEncoder().encode(made))
        try await database.commit(try database.store([LineKey(.poll, id): bytes]))
        return made
    }

    private func stored(_ id: String) async throws -> Secret? {
        let bytes = try await database.secret(LineKey(.poll, id))
        return bytes.flatMap { try? JSONDecoder().decode(Secret.self, from: Data($0)) }
    }

    /// The chosen options' names, one per line; `nil` when it is no vote on a poll of ours.
    func choice(in poll: MessageKey, _ payload: [UInt8], _ nonce: [UInt8], by sender: JID) async throws -> String? {
        guard let known = try await stored(poll.id) else { return nil }
        for creator in own.addresses {
            for voter in voters(sender.withoutDevice) {
                let context = PollVote.Context(secret: known.secret, pollID: poll.id, creator: creator, voter: voter)
                guard let vote = try? PollVote(decrypting: payload, nonce: nonce, in: context) else { continue }
                let names = known.options.filter { vote.options.contains(PollVote.hash(ofOption: $0)) }
                return names.isEmpty ? "(no option)" : names.joined(separator: "\n")
            }
        }
        return nil
    }

    /// Under whichever of their names they encrypted it.
    private func voters(_ sender: JID) -> [JID] {
        [sender, addresses.cachedCanonical(sender), addresses.phoneNumber(of: sender)].compactMap(\.self)
    }
}
