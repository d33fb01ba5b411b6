import FoundationEssentials
import Support
import Testing

@testable import WhatsAppWire

/// `WIRE_FUZZ_ROUNDS` (default 300) rounds per loop; `WIRE_FUZZ_SEED` repeats one. Every failure names its seed.
enum Fuzz {
    static let rounds = ProcessInfo.processInfo.environment["WIRE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 300
    static let firstSeed = ProcessInfo.processInfo.environment["WIRE_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    static var seeds: [UInt64] { (0..<UInt64(rounds)).map { firstSeed &+ $0 } }

    /// Something like `bytes`: flipped, cut, or with a run replaced.
    static func mutate(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(UInt8.random(in: 230...255, using: &random), at: index)
            default: bytes = Array(bytes.prefix(index))
            }
        }
        return bytes
    }
}

@Suite struct NodeFuzzTests {
    private static let words = [
        "iq", "message", "0", "15551234567", "3EB0ABCDEF", "3eb0", "-.-", "", "xmlstreamend", "w:gp2", "Zürich", "A",
        String(repeating: "7", count: 127), String(repeating: "7", count: 128), String(repeating: "é", count: 300),
    ]
    private static let jids: [JID] = [
        .service, .phoneNumber("15551234567"), .phoneNumber("1", device: 255), .hiddenUser("99", device: 3),
        JID(user: "1-2", server: .group), JID(user: "status", server: .broadcast),
        JID(user: "1", device: 99, server: .hosted),
        JID(user: "x", device: 700, server: .messenger),
        JID(user: "y", device: 700, server: .interop, integrator: 5),
    ]

    private func randomNode(_ random: inout SeededGenerator, depth: Int = 0) -> Node {
        var attributes: Attributes = [:]
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let key = Self.words.filter { !$0.isEmpty }.randomElement(using: &random) ?? "id"
            attributes[key] =
                Bool.random(using: &random)
                ? .text(Self.words.randomElement(using: &random) ?? "")
                : .jid(Self.jids.randomElement(using: &random) ?? .service)
        }
        let tag = ["iq", "message", "weird-tag", "0", "to"].randomElement(using: &random) ?? "iq"
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return Node(tag, attributes)
        case 1:
            let length = [0, 1, 255, 256, 70_000].randomElement(using: &random) ?? 0
            return Node(tag, attributes, bytes: [UInt8](repeating: 3, count: length))
        default:
            let count = depth > 4 ? 0 : Int.random(in: 0...4, using: &random)
            return Node(
                tag, attributes, children: (0..<count).map { _ in randomNode(&random, depth: depth + 1) })
        }
    }

    @Test func anyNodeRoundTripsAndEveryPrefixIsTruncated() throws {
        for seed in Fuzz.seeds {
            var random = SeededGenerator(seed: seed)
            let node = randomNode(&random)
            let bytes = try NodeWriter.encode(node)
            #expect(try NodeReader.decode(bytes) == node, "seed \(seed)")
            #expect(throws: NodeError.leftover(bytes: 1), "seed \(seed)") { try NodeReader.decode(bytes + [0]) }
            let prefixes = bytes.count < 200 ? Array(0..<bytes.count) : [0, 1, 2, bytes.count / 2, bytes.count - 1]
            for length in prefixes {
                #expect(throws: NodeError.truncated, "seed \(seed), \(length) bytes") {
                    try NodeReader.decode(Array(bytes.prefix(length)))
                }
            }
        }
    }

    @Test func whatDecodesAfterMutationEncodesAgain() throws {
        let corpus = try Vectors.load("binary-node.json", as: NodeVectorTests.File.self).encode.map(\.hex.bytes)
        for seed in Fuzz.seeds {
            var random = SeededGenerator(seed: seed)
            let bytes = Fuzz.mutate(corpus.randomElement(using: &random) ?? [], using: &random)
            guard let node = try? NodeReader.decode(bytes) else { continue }
            guard let again = try? NodeWriter.encode(node) else { continue }
            #expect(try NodeReader.decode(again).withBytesOnly == node.withBytesOnly, "seed \(seed): \(bytes)")
        }
    }

    /// What once crashed or hung, and what must stay refused. Add here, never remove.
    static let kept: [(String, Hex, NodeError)] = [
        ("nothing", "", .truncated),
        ("flag only", "00", .truncated),
        ("list of size zero", "0000", .emptyList),
        ("list of size zero, long form", "00f90000", .emptyList),
        ("empty tag", "00f80100", .emptyTag),
        ("not a list", "0019", .expectedList),
        ("a JID for a tag", "00f801fa0003", .expectedString),
        ("a JID for a key", "00f80319fa000304", .expectedString),
        ("no key", "00f803190004", .expectedString),
        ("leftover", "00f8011900", .leftover(bytes: 1)),
        ("unused tag 240", "00f801f0", .unknownTag(240)),
        ("unknown domain", "00f8031911f70500ff8115", .unknownDomain(5)),
        (
            "a messenger address of another server, seed 102", "00f8051f04f66211fad0ff8615551234567f03",
            .wrongServer
        ),
        ("odd flag without a character", "00f80319 08ff80".withoutBlanks, .badPacking),
        ("twelve is no nibble", "00f8031908ff01c1", .badPacking),
        ("invalid UTF-8", "00f8031908fc02c328", .notUTF8),
        ("half a binary", "00f80219fd0fffff00", .truncated),
        ("too many attributes", "00f9ffff19", .tooLarge),
        ("not zlib", "02ffff", .compression(.corrupt)),
        ("half a zlib stream", "02789cfbc1f28729", .compression(.wrongLength)),
    ]

    @Test(arguments: kept.indices)
    func keptCases(index: Int) {
        let (name, hex, error) = Self.kept[index]
        #expect(throws: error, "\(name)") { try NodeReader.decode(hex.bytes) }
    }

    @Test func depthBombsAndFloodsAreRefused() throws {
        let deep = [0] + [UInt8]((0..<100_000).flatMap { _ in [0xF8, 2, 0x19, 0xF8, 1] as [UInt8] })
        #expect(throws: NodeError.tooDeep) { try NodeReader.decode(deep) }
        let inner: [UInt8] = [0xF9, 0xFF, 0xFF] + (0..<65535).flatMap { _ in [0xF8, 1, 0x19] as [UInt8] }
        let flood: [UInt8] = [0, 0xF8, 2, 0x19, 0xF8, 2] + [0xF8, 2, 0x19] + inner + [0xF8, 2, 0x19] + inner
        #expect(throws: NodeError.tooManyNodes) { try NodeReader.decode(flood) }
        let bomb = try Zlib.deflate([UInt8](repeating: 0, count: NodeReader.maximumInflatedSize + 1))
        #expect(bomb.count < 20_000)
        #expect(throws: NodeError.compression(.tooLarge(limit: NodeReader.maximumInflatedSize))) {
            try NodeReader.decode([2] + bomb)
        }
        var node = Node("a")
        for _ in 0..<NodeReader.maximumDepth { node = Node("a", children: [node]) }
        #expect(throws: NodeError.tooDeep) { try NodeWriter.encode(node) }
        #expect(throws: NodeError.emptyTag) { try NodeWriter.encode(Node("")) }
    }

    @Test func zlibStreamsEndWhereTheyEnd() throws {
        let stream = try Zlib.deflate([1, 2, 3])
        #expect(try Zlib.inflate(stream, limit: 3) == [1, 2, 3])
        #expect(throws: Zlib.Failure.tooLarge(limit: 2)) { try Zlib.inflate(stream, limit: 2) }
        #expect(throws: Zlib.Failure.wrongLength) { try Zlib.inflate(stream + [0], limit: 3) }
        #expect(throws: Zlib.Failure.wrongLength) { try Zlib.inflate(Array(stream.dropLast()), limit: 3) }
        #expect(throws: Zlib.Failure.wrongLength) { try Zlib.inflate([], limit: 3) }
    }
}

extension Node {
    /// Text content that is no token comes back as bytes, which means the same.
    fileprivate var withBytesOnly: Node {
        switch content {
        case .none: self
        case .text, .bytes: Node(tag, attributes, bytes: bytes ?? [])
        case .children(let nodes): Node(tag, attributes, children: nodes.map(\.withBytesOnly))
        }
    }
}

extension String {
    fileprivate var withoutBlanks: Hex { Hex(stringLiteral: filter { $0 != " " }) }
}
