import CQREncode
import Glibc

/// A QR code (ISO/IEC 18004) as its modules, made by libqrencode.
package struct QRCode: Sendable, Equatable {
    /// Modules on a side, without the quiet zone.
    package let size: Int
    private let dark: [Bool]

    /// The white margin that readers need (ISO/IEC 18004 section 9.1), in modules.
    package static let quietZone = 4

    /// - Throws: `QRCodeError` for an empty text, one that holds a NUL, or one that no code can hold.
    package init(_ text: String) throws(QRCodeError) {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw .unencodable }
        // Medium correction: a quarter more modules than the lowest, and glare on a screen is survived.
        guard let code = text.withCString({ QRcode_encodeString8bit($0, 0, QR_ECLEVEL_M) }) else { throw .unencodable }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        // The lowest bit of each byte is the module's colour.
        dark = UnsafeBufferPointer(start: code.pointee.data, count: width * width).map { $0 & 1 == 1 }
        size = width
    }

    /// Modules on a side, with the quiet zone.
    package var width: Int { size + 2 * Self.quietZone }

    /// Whether a module is dark; coordinates include the quiet zone, which is light.
    package func isDark(_ column: Int, _ row: Int) -> Bool {
        let (x, y) = (column - Self.quietZone, row - Self.quietZone)
        guard (0..<size).contains(x), (0..<size).contains(y) else { return false }
        return dark[y * size + x]
    }
}

package enum QRCodeError: Error, Sendable, CustomStringConvertible {
    case unencodable

    package var description: String { "the text is empty or too long for a QR code" }
}
