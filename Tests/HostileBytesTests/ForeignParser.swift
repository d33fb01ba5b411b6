import Foundation
import Support
import Testing

/// One reader of bytes or text that strangers choose: what it reads well, and how to call it. `DoublingTests` and `FuzzTests` go over
/// all of them; a new one is added to its room's list.
struct ForeignParser: Sendable, CustomTestStringConvertible {
    let name: String
    /// What it reads without an objection, as bytes.
    let samples: [[UInt8]]
    /// Inputs of about so many bytes that make work, beside those that are tried on all.
    let shapes: [@Sendable (Int) -> [UInt8]]
    /// Whatever it throws or returns is right; a trap, a hang or growth is not.
    let read: @Sendable ([UInt8]) -> Void

    var testDescription: String { name }

    init(
        _ name: String, samples: [[UInt8]], shapes: [@Sendable (Int) -> [UInt8]] = [],
        read: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.name = name
        self.samples = samples
        self.shapes = shapes
        self.read = read
    }

    /// Of text: bytes that are no UTF-8 come as the replacement character, as they do from JSON.
    static func text(
        _ name: String, _ samples: [String], shapes: [@Sendable (Int) -> [UInt8]] = [],
        _ read: @escaping @Sendable (String) -> Void
    ) -> ForeignParser {
        ForeignParser(name, samples: samples.map { Array($0.utf8) }, shapes: shapes) {
            read(String(decoding: $0, as: UTF8.self))
        }
    }

    static let all = web + host + functionHost + access + providers + whatsApp
}

/// Shapes that make work in readers of many kinds.
enum Shape {
    /// The same piece again and again.
    static func repeated(_ piece: String) -> @Sendable (Int) -> [UInt8] {
        let piece = Array(piece.utf8)
        return { count in Array(repeatElement(piece, count: max(1, count / max(1, piece.count))).joined()) }
    }

    /// Numbered pieces, all different, within a frame.
    static func distinct(
        _ start: String = "", _ end: String = "", separator: String, _ piece: @escaping @Sendable (Int) -> String
    ) -> @Sendable (Int) -> [UInt8] {
        { count in
            let length = piece(1000).utf8.count + separator.utf8.count
            return Array((start + (0..<max(1, count / length)).map(piece).joined(separator: separator) + end).utf8)
        }
    }

    /// Of one byte, for every byte that means something to some reader.
    static let bytes: [@Sendable (Int) -> [UInt8]] =
        Array("a\"\\%&=,;[{ \n\t\r.:-+0<>/@*_'`~#?".utf8).map(single)
        + [0, 1, 0x7f, 0x80, 0xc3, 0xf0, 0xff].map(single)

    private static func single(_ byte: UInt8) -> @Sendable (Int) -> [UInt8] {
        { [UInt8](repeating: byte, count: $0) }
    }
}

/// Bytes of this process that are in memory.
func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (Int(text.split(separator: " ").dropFirst().first ?? "0") ?? 0) * Int(getpagesize())
}
