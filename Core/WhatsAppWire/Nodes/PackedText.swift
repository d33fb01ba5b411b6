/// Text in four bits a character: digits with `-` and `.`, or upper-case hexadecimal.
enum PackedText {
    static let nibble = Array("0123456789-.".utf8)
    static let hex = Array("0123456789ABCDEF".utf8)

    /// The length byte and the packed characters; nil when the alphabet does not cover the text.
    static func pack(_ text: [UInt8], alphabet: [UInt8]) -> [UInt8]? {
        guard !text.isEmpty, text.count <= WireTag.packedMaximum else { return nil }
        var digits: [UInt8] = []
        for character in text {
            guard let digit = value(of: character), digit < alphabet.count, alphabet[digit] == character else {
                return nil
            }
            digits.append(UInt8(digit))
        }
        let isOdd = digits.count % 2 == 1
        if isOdd { digits.append(15) }
        let header = UInt8(digits.count / 2) | (isOdd ? 0x80 : 0)
        return [header] + stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static func value(of character: UInt8) -> Int? {
        switch character {
        case 0x30...0x39: Int(character) - 0x30
        case 0x41...0x46: Int(character) - 0x41 + 10
        case 0x2D: 10
        case 0x2E: 11
        default: nil
        }
    }

    static func unpack(_ reader: inout ByteReader, alphabet: [UInt8]) throws(NodeError) -> String {
        do {
            let header = try reader.byte()
            let packed = try reader.take(Int(header & 0x7F))
            var digits = packed.flatMap { [$0 >> 4, $0 & 15] }
            if header & 0x80 != 0, digits.popLast() == nil { throw NodeError.badPacking }
            let text = digits.compactMap { $0 < alphabet.count ? alphabet[Int($0)] : nil }
            guard text.count == digits.count else { throw NodeError.badPacking }
            return String(decoding: text, as: UTF8.self)
        } catch let error as NodeError {
            throw error
        } catch { throw .truncated }
    }
}
