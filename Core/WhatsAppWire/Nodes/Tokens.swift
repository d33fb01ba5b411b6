/// The words both sides know by number (dictionary 3).
enum Tokens {
    /// Byte 1...235 is the index; 0 is unused.
    static let single = [""] + TokenTable.single.split(separator: " ").map(String.init)
    /// Dictionary byte 236...239, then the index.
    static let double = TokenTable.double.map { $0.split(separator: " ").map(String.init) }

    enum Code: Equatable {
        case single(UInt8)
        case double(dictionary: UInt8, index: UInt8)
    }

    static let codes: [String: Code] = {
        var codes: [String: Code] = [:]
        for (index, word) in single.enumerated().dropFirst() { codes[word] = .single(UInt8(index)) }
        for (dictionary, words) in double.enumerated() {
            for (index, word) in words.enumerated() where codes[word] == nil {
                codes[word] = .double(dictionary: UInt8(dictionary), index: UInt8(index))
            }
        }
        return codes
    }()
}
