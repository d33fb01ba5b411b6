package enum HandshakeError: Error, Equatable {
    /// Not the protobuf expected in this step, or a field of the wrong length.
    case malformed(String)
    /// A key agreement failed: the peer sent a point of small order.
    case weakKey
    /// An authenticated field did not open.
    case notAuthentic
    case certificate(CertificateError)
}

/// Which check of the certificate chain failed.
package enum CertificateError: Error, Equatable {
    case malformed
    case wrongRootSerial
    case badIntermediateSignature
    case badLeafSignature
    case wrongIssuer
    /// The leaf certifies another key than the one the server proved to hold.
    case wrongKey
    case notYetValid
    case expired
}
