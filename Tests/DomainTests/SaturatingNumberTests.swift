import Domain
import Testing

@Suite struct SaturatingNumberTests {
    @Test(
        arguments: [
            (0.0, 0), (-0.0, 0), (1.4, 1), (1.5, 2), (-2.5, -3), (.nan, 0), (.infinity, Int.max), (-.infinity, Int.min),
            (1e300, Int.max), (-1e300, Int.min), (9_223_372_036_854_775_807.0, Int.max),
            (-9_223_372_036_854_775_808.0, Int.min),
            (1e-300, 0),
        ] as [(Double, Int)])
    func everyDecimalNumberHasAWholeOne(_ value: Double, _ whole: Int) {
        #expect(Int(saturating: value) == whole)
    }

    @Test func unsignedAndSmallOnesToo() {
        #expect(UInt8(saturating: -1) == 0 && UInt8(saturating: 256) == 255 && UInt64(saturating: .nan) == 0)
    }
}
