/// The bytes that say what follows. 1...235 are single-byte tokens.
enum WireTag {
    static let empty: UInt8 = 0
    static let dictionaries: ClosedRange<UInt8> = 236...239
    static let interopJID: UInt8 = 245
    static let messengerJID: UInt8 = 246
    static let deviceJID: UInt8 = 247
    static let list8: UInt8 = 248
    static let list16: UInt8 = 249
    static let jidPair: UInt8 = 250
    static let hex: UInt8 = 251
    static let binary8: UInt8 = 252
    static let binary20: UInt8 = 253
    static let binary32: UInt8 = 254
    static let nibble: UInt8 = 255

    static let packedMaximum = 127
}
