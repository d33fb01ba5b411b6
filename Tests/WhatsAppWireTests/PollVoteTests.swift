import Support
import Testing

@testable import WhatsAppWire

@Suite struct PollVoteTests {
    struct File: Decodable {
        let messageSecret, key, iv, optionSha256, encPayload, aad: Hex
        let pollMessageId, creatorJid, voterJid, selectedOption: String
    }

    private func load() throws -> (File, PollVote.Context) {
        let file = try Vectors.load("poll-vote.json", as: File.self)
        let context = PollVote.Context(
            secret: file.messageSecret.bytes, pollID: file.pollMessageId,
            creator: try #require(JID(file.creatorJid)), voter: try #require(JID(file.voterJid)))
        return (file, context)
    }

    @Test func theVector() throws {
        let (file, context) = try load()
        #expect(context.key == file.key.bytes)
        #expect(context.authenticated == file.aad.bytes)
        #expect(PollVote.hash(ofOption: file.selectedOption) == file.optionSha256.bytes)
        let vote = PollVote(options: [file.optionSha256.bytes])
        #expect(try vote.encrypted(in: context, nonce: file.iv.bytes) == file.encPayload.bytes)
        #expect(try PollVote(decrypting: file.encPayload.bytes, nonce: file.iv.bytes, in: context) == vote)
    }

    @Test func anotherVoterSecretOrNonceDoesNotOpenIt() throws {
        let (file, context) = try load()
        let other = PollVote.Context(
            secret: context.secret, pollID: context.pollID, creator: context.creator, voter: .hiddenUser("1"))
        #expect(throws: PollVote.Failure.notAuthentic) {
            try PollVote(decrypting: file.encPayload.bytes, nonce: file.iv.bytes, in: other)
        }
        #expect(throws: PollVote.Failure.notAuthentic) {
            try PollVote(decrypting: file.encPayload.bytes, nonce: [1], in: context)
        }
        #expect(throws: PollVote.Failure.notAuthentic) {
            try PollVote(decrypting: Array(file.encPayload.bytes.dropLast()), nonce: file.iv.bytes, in: context)
        }
    }
}
