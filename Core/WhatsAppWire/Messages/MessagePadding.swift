/// Hides the length of what was written: n bytes of value n, n from 1 to 16.
package enum MessagePadding {
    package static func add(
        to message: [UInt8], using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        let count = UInt8.random(in: 1...16, using: &random)
        return message + [UInt8](repeating: count, count: Int(count))
    }

    package static func strip(_ padded: [UInt8]) throws(SignalError) -> [UInt8] {
        guard let count = padded.last, (1...16).contains(count), padded.count >= Int(count),
            padded.suffix(Int(count)).allSatisfy({ $0 == count })
        else { throw .badPadding }
        return Array(padded.dropLast(Int(count)))
    }
}
