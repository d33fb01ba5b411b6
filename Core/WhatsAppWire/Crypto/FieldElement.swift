/// An integer modulo 2^255 - 19, for turning a Montgomery key into an Edwards one: the only step libsodium does not offer.
/// Works on public values only, and without branches on them.
struct FieldElement: Equatable {
    /// Least significant limb first; below 2^256, reduced only when written out.
    private var limbs: SIMD4<UInt64>

    static let one = FieldElement(limbs: SIMD4(1, 0, 0, 0))
    /// p = 2^255 - 19.
    private static let prime: [UInt64] = [
        0xFFFF_FFFF_FFFF_FFED, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF,
    ]

    private init(limbs: SIMD4<UInt64>) {
        self.limbs = limbs
    }

    /// 32 bytes; the top bit is ignored, as RFC 7748 asks.
    init(littleEndian bytes: [UInt8]) {
        limbs = SIMD4()
        for index in 0..<4 {
            limbs[index] = bytes[(8 * index)..<(8 * index + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        limbs[3] &= 0x7FFF_FFFF_FFFF_FFFF
    }

    var littleEndian: [UInt8] {
        let value = reduced
        return (0..<32).map { UInt8(truncatingIfNeeded: value[$0 / 8] >> UInt64(8 * ($0 % 8))) }
    }

    static func == (left: FieldElement, right: FieldElement) -> Bool {
        left.reduced == right.reduced
    }

    static func + (left: FieldElement, right: FieldElement) -> FieldElement {
        var sum = SIMD4<UInt64>()
        var carry: UInt64 = 0
        for index in 0..<4 {
            let (first, one) = left.limbs[index].addingReportingOverflow(right.limbs[index])
            let (second, two) = first.addingReportingOverflow(carry)
            sum[index] = second
            carry = (one ? 1 : 0) + (two ? 1 : 0)
        }
        return folding(sum, carry: carry)
    }

    static func - (left: FieldElement, right: FieldElement) -> FieldElement {
        left + right.negated
    }

    static func * (left: FieldElement, right: FieldElement) -> FieldElement {
        var product = SIMD8<UInt64>()
        for row in 0..<4 {
            var carry: UInt64 = 0
            for column in 0..<4 {
                (carry, product[row + column]) = multiplyAdd(
                    left.limbs[row], right.limbs[column], product[row + column], carry)
            }
            product[row + 4] = carry
        }
        // 2^256 = 38 modulo the prime.
        var sum = SIMD4<UInt64>()
        var carry: UInt64 = 0
        for index in 0..<4 { (carry, sum[index]) = multiplyAdd(product[index + 4], 38, product[index], carry) }
        return folding(sum, carry: carry)
    }

    /// The power p - 2 (Fermat); zero has zero for an inverse.
    var inverse: FieldElement {
        // p - 2 = 2^255 - 21: ones, but for bits 2 and 4.
        var result = FieldElement.one
        for bit in (0..<255).reversed() {
            result = result * result
            if bit != 2 && bit != 4 { result = result * self }
        }
        return result
    }

    private var negated: FieldElement {
        let value = reduced
        var difference = SIMD4<UInt64>()
        var borrow: UInt64 = 0
        for index in 0..<4 {
            let (first, one) = Self.prime[index].subtractingReportingOverflow(value[index])
            let (second, two) = first.subtractingReportingOverflow(borrow)
            difference[index] = second
            borrow = (one ? 1 : 0) + (two ? 1 : 0)
        }
        return FieldElement(limbs: difference)
    }

    /// The value below p.
    private var reduced: SIMD4<UInt64> {
        var value = limbs
        for _ in 0..<2 { value = Self.subtractingPrimeOnce(value) }
        return value
    }

    private static func subtractingPrimeOnce(_ value: SIMD4<UInt64>) -> SIMD4<UInt64> {
        var difference = SIMD4<UInt64>()
        var borrow: UInt64 = 0
        for index in 0..<4 {
            let (first, one) = value[index].subtractingReportingOverflow(prime[index])
            let (second, two) = first.subtractingReportingOverflow(borrow)
            difference[index] = second
            borrow = (one ? 1 : 0) + (two ? 1 : 0)
        }
        let keep = SIMD4<UInt64>(repeating: 0 &- borrow)
        return (value & keep) | (difference & ~keep)
    }

    private static func folding(_ limbs: SIMD4<UInt64>, carry: UInt64) -> FieldElement {
        var sum = limbs
        var carry = carry
        for _ in 0..<2 {
            var add = carry &* 38
            carry = 0
            for index in 0..<4 {
                let (value, overflow) = sum[index].addingReportingOverflow(add)
                sum[index] = value
                add = overflow ? 1 : 0
            }
            carry = add
        }
        return FieldElement(limbs: sum)
    }

    /// left * right + addend + carry, which always fits 128 bits.
    private static func multiplyAdd(
        _ left: UInt64, _ right: UInt64, _ addend: UInt64, _ carry: UInt64
    ) -> (high: UInt64, low: UInt64) {
        let (high, low) = left.multipliedFullWidth(by: right)
        let (first, one) = low.addingReportingOverflow(addend)
        let (second, two) = first.addingReportingOverflow(carry)
        return (high &+ (one ? 1 : 0) &+ (two ? 1 : 0), second)
    }
}
