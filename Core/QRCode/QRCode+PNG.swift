extension QRCode {
    /// A grey-scale PNG (W3C PNG, third edition) of one bit per pixel.
    ///
    /// Stored, not compressed: a code of this size is some 20 KB either way on the wire's scale, and a compressor would be
    /// one more library in a cold function.
    ///
    /// - Parameter scale: pixels per module, 1...32.
    package func png(scale: Int = 6) -> [UInt8] {
        let scale = min(32, max(1, scale))
        let side = width * scale
        var header = bigEndian(UInt32(side)) + bigEndian(UInt32(side))
        // Bit depth 1, grey-scale, deflate, adaptive filters, no interlace.
        header += [1, 0, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + chunk("IDAT", stored(pixels(scale: scale))) + chunk("IEND", [])
    }

    /// Rows of pixels, each after its filter byte (0: none); white is 1.
    private func pixels(scale: Int) -> [UInt8] {
        var rows: [UInt8] = []
        for row in 0..<width {
            var line = [UInt8](repeating: 0xFF, count: 1 + (width * scale + 7) / 8)
            line[0] = 0
            for pixel in 0..<width * scale where isDark(pixel / scale, row) {
                line[1 + pixel / 8] &= ~(0x80 >> UInt8(pixel % 8))
            }
            for _ in 0..<scale { rows += line }
        }
        return rows
    }
}

/// A zlib stream (RFC 1950) of stored blocks (RFC 1951 3.2.4).
private func stored(_ bytes: [UInt8]) -> [UInt8] {
    let blockLimit = 65_535
    var stream: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: bytes.count, by: blockLimit) {
        let block = bytes[start..<min(start + blockLimit, bytes.count)]
        let length = UInt16(block.count)
        stream.append(start + block.count == bytes.count ? 1 : 0)
        stream += [UInt8(length & 0xFF), UInt8(length >> 8), UInt8(~length & 0xFF), UInt8(~length >> 8)]
        stream += block
    }
    return stream + bigEndian(adler32(bytes))
}

private func chunk(_ type: StaticString, _ data: [UInt8]) -> [UInt8] {
    let typed = type.withUTF8Buffer { Array($0) } + data
    return bigEndian(UInt32(data.count)) + typed + bigEndian(crc32(typed))
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

private func adler32(_ bytes: [UInt8]) -> UInt32 {
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
        low = (low + UInt32(byte)) % 65_521
        high = (high + low) % 65_521
    }
    return high << 16 | low
}

private let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
}

private func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crcTable[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
}
