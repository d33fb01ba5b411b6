/// Why nothing came out. It never says more: whoever tries forged input learns nothing from the difference.
package enum CryptographyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A key, nonce or input has a length that the algorithm does not take.
    case wrongLength
    /// The tag, the padding or the point is not right.
    case refused
    /// libcrypto does not offer the algorithm or has no memory left.
    case unavailable

    package var description: String {
        switch self {
        case .wrongLength: "a key or an input of the wrong length"
        case .refused: "not made with this key, or changed since"
        case .unavailable: "libcrypto can't do this"
        }
    }
}
