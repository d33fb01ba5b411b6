import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Writes an HTTP API v2 event straight into a buffer.
///
/// Every request passes here, so it builds no intermediate values: an encoder over a struct costs ten times as much.
struct EventWriter {
    var out = ByteBuffer()

    private static let hex = Array("0123456789abcdef".utf8)

    mutating func raw(_ text: StaticString) {
        out.writeStaticString(text)
    }

    mutating func number(_ value: Int) {
        out.writeString(String(value))
    }

    /// `"key":` with a leading comma unless it is the first.
    mutating func key(_ key: StaticString, isFirst: Bool = false) {
        if !isFirst { raw(",") }
        raw("\"")
        raw(key)
        raw("\":")
    }

    mutating func string(_ text: String) {
        var text = text
        raw("\"")
        text.withUTF8 { escape($0) }
        raw("\"")
    }

    mutating func string(bytes: UnsafeRawBufferPointer) {
        raw("\"")
        escape(bytes.bindMemory(to: UInt8.self))
        raw("\"")
    }

    /// Valid UTF-8 in, JSON string content out.
    private mutating func escape(_ bytes: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for (index, byte) in bytes.enumerated() where Self.mustEscape(byte) {
            out.writeBytes(UnsafeBufferPointer(rebasing: bytes[start..<index]))
            escape(byte)
            start = index + 1
        }
        out.writeBytes(UnsafeBufferPointer(rebasing: bytes[start...]))
    }

    static func mustEscape(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5c }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case 0x22: raw("\\\"")
        case 0x5c: raw("\\\\")
        case 0x0a: raw("\\n")
        case 0x0d: raw("\\r")
        case 0x09: raw("\\t")
        default:
            raw("\\u00")
            out.writeInteger(Self.hex[Int(byte >> 4)])
            out.writeInteger(Self.hex[Int(byte & 15)])
        }
    }
}
