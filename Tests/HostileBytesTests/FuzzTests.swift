import Foundation
import Support
import Testing

/// Everything that reads foreign bytes, with bytes that nobody meant: no trap, no hang, no growth.
///
/// All of them together take `FUZZ_SECONDS` (20; with `PARLEY_LONG=1` 3,600). Every input is in a file before it is read, so that a trap
/// leaves it: `$TMPDIR/parley-fuzz/<parser>`. `FUZZ_SEED` repeats a run.
@Suite(.serialized) struct FuzzTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let isLong = variables["PARLEY_LONG"] == "1"
    private static let seconds = variables["FUZZ_SECONDS"].flatMap { Double($0) } ?? (isLong ? 3_600 : 20)
    private static let seed = variables["FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 40)
    private static let folder = FileManager.default.temporaryDirectory.path + "/parley-fuzz"
    /// Seconds of CPU for one input of at most 64 KB.
    private static let longest = 2.0
    /// Bytes that reading may leave in memory: buffers of the allocator, no more with time.
    private static let growth = 48 << 20

    @Test func noBytesWhateverMakeAReaderFallOver() throws {
        try FileManager.default.createDirectory(atPath: Self.folder, withIntermediateDirectories: true)
        let share = Self.seconds / Double(ForeignParser.all.count)
        print("fuzz with seed \(Self.seed), \(Self.seconds) s over \(ForeignParser.all.count) readers")
        // Once round for what is loaded and cached.
        for parser in ForeignParser.all { try run(parser, seconds: min(0.05, share / 4)) }
        let before = residentBytes()
        var count = 0
        for parser in ForeignParser.all { count += try run(parser, seconds: share) }
        let grown = residentBytes() - before
        print("\(count) inputs, \(grown >> 10) KB more in memory")
        #expect(grown < Self.growth, "\(grown >> 20) MB more after \(count) inputs")
        #expect(count > 50 * ForeignParser.all.count)
    }

    /// How many inputs were read.
    @discardableResult
    private func run(_ parser: ForeignParser, seconds: Double) throws -> Int {
        let path = "\(Self.folder)/\(parser.name.map { $0.isLetter ? $0 : "-" }.map(String.init).joined())"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw TestSetupError("\(path) can't be written: errno \(errno)") }
        defer { close(file) }
        var dice = SeededGenerator(seed: Self.seed)
        let deadline = ContinuousClock.now + .seconds(seconds)
        var count = 0
        while count < 20 || ContinuousClock.now < deadline {
            let input = Mutation.input(parser, &dice)
            _ = input.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
            ftruncate(file, input.count)
            let began = ProcessorTime.ofThread
            parser.read(input)
            let cost = ProcessorTime.ofThread - began
            if cost > Self.longest {
                Issue.record("\(parser.name): \(cost) s for \(input.count) bytes, kept in \(path)-slow")
            }
            if cost > Self.longest { try Data(input).write(to: URL(filePath: path + "-slow")) }
            count += 1
        }
        return count
    }
}

/// Inputs near good ones, and noise.
enum Mutation {
    private static let longest = 1 << 16
    private static let pieces: [[UInt8]] =
        [
            "\0", "%00", "%", "\\u0000", "\\ud800", "9223372036854775808", "-9223372036854775808", "1e999", "NaN",
            "\u{202e}",
            "👨‍👩‍👧", "e\u{301}", "\r\n", "\r\n\r\n", "{", "[", "\"", "=", "&", ";", "..", "//", "@", ":", ",", "::1",
            "255.255.255.255",
            "0000-00-00", "9999-12-31", "+99", "whatsapp:+",
        ].map { Array($0.utf8) } + [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF8, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0],
        ]

    static func input(_ parser: ForeignParser, _ dice: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<20, using: &dice) {
        case 0: return noise(&dice)
        case 1:
            let shape = (parser.shapes + Shape.bytes).randomElement(using: &dice)
            return shape?(Int.random(in: 0..<4_096, using: &dice)) ?? []
        default: return mutated(parser.samples.randomElement(using: &dice) ?? [], parser, &dice)
        }
    }

    private static func noise(_ dice: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: 0..<512, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
    }

    private static func mutated(_ sample: [UInt8], _ parser: ForeignParser, _ dice: inout SeededGenerator) -> [UInt8] {
        var bytes = sample
        for _ in 0..<Int.random(in: 1...6, using: &dice) {
            let place = Int.random(in: 0...bytes.count, using: &dice)
            let end = min(bytes.count, place + Int.random(in: 0..<16, using: &dice))
            switch Int.random(in: 0..<8, using: &dice) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: pieces.randomElement(using: &dice) ?? [], at: place)
            case 2: bytes = Array(bytes.prefix(place))
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes += (parser.samples.randomElement(using: &dice) ?? []).suffix(place)
            case 5: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: place)
            default: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &dice) }
            }
        }
        return bytes.count > longest ? Array(bytes.prefix(longest)) : bytes
    }
}
