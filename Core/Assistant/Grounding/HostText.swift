/// Where host names begin and end in normalised text.
enum HostText {
    /// Octets of a host name (RFC 1035).
    static let longest = 255

    /// Signs that are a dot in an address, or look like one (UTS #46, UTS #39).
    static func isDot(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar == "." }
        switch scalar.value {
        case 0x3002, 0x6D4, 0xB7, 0x2022, 0x2027, 0x2219, 0x22C5, 0x30FB, 0x701, 0x702, 0xA4F8, 0xA60E, 0x10A50:
            return true
        default: return false
        }
    }

    /// Letters of one label are of one class: a label ends where Han begins behind Latin.
    static func letterClass(_ scalar: Unicode.Scalar) -> Int? {
        if scalar.isASCIILetter || scalar.isDigit || scalar == "-" || scalar == "_" { return 0 }
        if (0xC0...0x52F).contains(scalar.value) { return scalar.isLetter ? 0 : nil }
        if scalar.isBorderless { return isDot(scalar) ? nil : 1 }
        return scalar.isLetter ? 2 : nil
    }

    static func isStop(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCIILetter || scalar.isDigit { return false }
        if scalar.isASCII { return scalar.value <= 0x20 || "<>\"'`|{}^".unicodeScalars.contains(scalar) }
        return scalar.isBorderless || (0x2000...0x303F).contains(scalar.value)
    }

    /// Behind a link stands what belongs to the sentence.
    static func trimmed(_ scalars: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var end = scalars.endIndex
        while end > scalars.startIndex, ".,;:!?)]*_~'\u{3002}".unicodeScalars.contains(scalars[end - 1]) {
            if scalars[end - 1] == ")", scalars[..<(end - 1)].contains("(") { break }
            end -= 1
        }
        return scalars[scalars.startIndex..<end]
    }

    /// What ends a name of the real DNS, seen or read. Two names of a time of day are none behind an hour.
    static func endsName(_ labels: [String]) -> Bool {
        guard let last = labels.last, labels.count > 1, last.contains(where: \.isLetter) else { return false }
        if ["am", "pm"].contains(last), labels.count == 2, let hour = Int(labels[0]), (1...12).contains(hour) {
            return false
        }
        let label = Punycode.decoded(last) ?? last
        return reserved.contains(label) || PublicSuffixes.isTopLevel(label)
            || PublicSuffixes.isTopLevel(String(seen: label.unicodeScalars))
    }

    /// Top levels that are in no public list and lead somewhere all the same (RFC 2606, 6761, 7686, 9476), or are read so.
    private static let reserved: Set<String> = [
        "example", "test", "invalid", "localhost", "local", "internal", "onion", "alt", "eth", "crypto",
    ]

    static func isIPv4(_ labels: [String]) -> Bool {
        labels.count == 4 && labels.allSatisfy { $0.count <= 3 && Int($0).map { (0...255).contains($0) } ?? false }
    }
}

extension [UInt8] {
    /// Most scalars are ASCII.
    init(utf8Of scalars: some Sequence<Unicode.Scalar>) {
        self.init()
        reserveCapacity(scalars.underestimatedCount)
        for scalar in scalars {
            if scalar.isASCII {
                append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
            }
        }
    }
}

extension String {
    init(_ scalars: some Sequence<Unicode.Scalar>) {
        self.init(decoding: [UInt8](utf8Of: scalars), as: UTF8.self)
    }

    /// What it looks like.
    init(seen scalars: some Sequence<Unicode.Scalar>) {
        self.init(Lookalikes.skeleton(scalars))
    }
}
