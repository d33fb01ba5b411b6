/// Labels of internationalized host names as they are written (RFC 3492).
enum Punycode {
    /// `xn--85x722f` -> `食狮`; `nil` when it is none.
    static func decoded(_ label: some StringProtocol) -> String? {
        guard label.hasPrefix("xn--"), label.utf8.count <= 63 else { return nil }
        let code = Array(label.utf8.dropFirst(4))
        let delimiter = code.lastIndex(of: UInt8(ascii: "-"))
        var output = (delimiter.map { Array(code[..<$0]) } ?? []).map { UInt32($0) }
        var rest = code[(delimiter.map { $0 + 1 } ?? 0)...]
        var (scalar, bias, index): (UInt32, UInt32, UInt32) = (128, 72, 0)
        while !rest.isEmpty {
            let before = index
            guard let delta = integer(&rest, bias: bias) else { return nil }
            index &+= delta
            let count = UInt32(output.count + 1)
            bias = adapted(index &- before, count: count, isFirst: before == 0)
            scalar &+= index / count
            index %= count
            guard Unicode.Scalar(scalar) != nil else { return nil }
            output.insert(scalar, at: Int(index))
            index += 1
        }
        let view = output.compactMap(Unicode.Scalar.init)
        return String(String.UnicodeScalarView(view))
    }

    /// A number of digits of falling weight; each label has at most 59 of them.
    private static func integer(_ rest: inout ArraySlice<UInt8>, bias: UInt32) -> UInt32? {
        var (value, weight, place): (UInt32, UInt32, UInt32) = (0, 1, 36)
        while let byte = rest.popFirst() {
            guard let digit = digit(byte) else { return nil }
            let (step, isTooLarge) = digit.multipliedReportingOverflow(by: weight)
            let (sum, overflows) = value.addingReportingOverflow(step)
            guard !isTooLarge, !overflows, sum < 0x11_0000 * 64 else { return nil }
            value = sum
            let threshold = place <= bias ? 1 : min(place - bias, 26)
            if digit < threshold { return value }
            let (next, isOver) = weight.multipliedReportingOverflow(by: 36 - threshold)
            guard !isOver else { return nil }
            weight = next
            place += 36
        }
        return nil
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a"))
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 26
        default: nil
        }
    }

    private static func adapted(_ delta: UInt32, count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var places: UInt32 = 0
        while delta > 455 {
            delta /= 35
            places += 36
        }
        return places + 36 * delta / (delta + 38)
    }
}
