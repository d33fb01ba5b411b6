/// Why a message did not open, or could not be made. No state has changed when one of these is thrown.
package enum SignalError: Error, Equatable, Sendable {
    case malformed
    case unsupportedVersion(UInt8)
    /// No session with this device (or none of its states fits): ask for a retry with our keys.
    case noSession
    /// No sender key of this id from this device: ask for a retry with our keys.
    case noSenderKey
    /// The counter was used before: the message was already processed. Acknowledge, do not ask again.
    case duplicate
    /// Message authentication failed in every state.
    case badMAC
    case badSignature
    case badPadding
    /// The one-time key is unknown, and no session was opened with this base key.
    case unknownPreKey(UInt32)
    case unknownSignedPreKey(UInt32)
    /// The counter is further ahead than anyone may skip.
    case tooFarAhead(UInt32)
    case weakKey
    /// 2^32 messages in one chain.
    case exhausted
}
