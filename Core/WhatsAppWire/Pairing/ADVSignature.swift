/// The bytes that account and device sign for each other.
enum ADVSignature {
    private static let account: [UInt8] = [6, 0]
    private static let device: [UInt8] = [6, 1]
    private static let hosted: [UInt8] = [6, 5]

    static func accountMessage(details: [UInt8], companion: PublicKey, isHosted: Bool) -> [UInt8] {
        (isHosted ? hosted : account) + details + companion.bytes
    }

    static func deviceMessage(details: [UInt8], companion: PublicKey, account: PublicKey) -> [UInt8] {
        device + details + companion.bytes + account.bytes
    }

    static func hmacMessage(details: [UInt8], isHosted: Bool) -> [UInt8] {
        (isHosted ? hosted : []) + details
    }
}
