import FoundationEssentials

/// Strict base64; `nil` for anything else.
func base64Decoded(_ text: String) -> [UInt8]? {
    Data(base64Encoded: text).map { Array($0) }
}
