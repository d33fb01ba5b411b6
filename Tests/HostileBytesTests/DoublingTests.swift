import Support
import Testing

/// Work that grows with the square of what a stranger sends holds up everybody: input doubled, cost at most two and a half times.
@Suite(.serialized) struct DoublingTests {
    private static let size = 16 << 10
    /// Below it the clock says nothing.
    private static let noise = 0.000_3

    @Test(.timeLimit(.minutes(2)), arguments: ForeignParser.all) func twiceTheInputIsTwiceTheWork(
        _ parser: ForeignParser
    ) {
        let repeats = parser.samples.prefix(4).map { sample in
            { @Sendable (count: Int) in
                Array(repeatElement(sample, count: max(1, count / max(1, sample.count))).joined())
            }
        }
        let shapes = parser.shapes + repeats + Shape.bytes
        for (number, shape) in shapes.enumerated() {
            let (one, two) = (shape(Self.size), shape(2 * Self.size))
            var (less, more) = (Double.infinity, Double.infinity)
            for attempt in 0..<12 {
                less = min(less, Self.cost(parser, one))
                more = min(more, Self.cost(parser, two))
                let isLinear = more <= 2.5 * less + Self.noise
                if isLinear, attempt >= 1 || more < Self.noise { break }
            }
            #expect(
                more <= 2.5 * less + Self.noise,
                "\(parser.name), shape \(number) (\(String(decoding: one.prefix(40), as: UTF8.self))): \(less) s, doubled \(more) s"
            )
        }
    }

    /// The test itself: a reader that compares each byte with all before it is found.
    @Test func aSquareIsSeen() {
        let reader = ForeignParser("square", samples: []) { bytes in
            var found = 0
            for (index, byte) in bytes.prefix(4_000).enumerated() where bytes[..<index].contains(byte &+ 1) {
                found += 1
            }
            withExtendedLifetime(found) {}
        }
        let cost = [1_000, 2_000].map { size in
            (0..<5).map { _ in Self.cost(reader, [UInt8](repeating: 7, count: size)) }.min() ?? 0
        }
        #expect(cost[1] > 2.5 * cost[0] + Self.noise)
    }

    private static func cost(_ parser: ForeignParser, _ input: [UInt8]) -> Double {
        let began = ProcessorTime.ofThread
        parser.read(input)
        return ProcessorTime.ofThread - began
    }
}
