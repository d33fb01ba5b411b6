import CZlib

/// zlib streams, inflated only up to a limit: a few bytes from a peer must not become gigabytes here.
package enum Zlib {
    package enum Failure: Error, Equatable {
        case corrupt
        /// The stream ends early, or bytes follow its end.
        case wrongLength
        case tooLarge(limit: Int)
    }

    private static let chunk = 1 << 16

    package static func inflate(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit_(&stream, ZLIB_VERSION, size) == Z_OK else { throw .corrupt }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output: [UInt8] = []
        let failure = input.withUnsafeMutableBufferPointer { buffer -> Failure? in
            stream.next_in = buffer.baseAddress
            stream.avail_in = UInt32(buffer.count)
            return drain(&stream, into: &output, limit: limit)
        }
        if let failure { throw failure }
        return output
    }

    private static func drain(_ stream: inout z_stream, into output: inout [UInt8], limit: Int) -> Failure? {
        while true {
            var code = Z_OK
            let part = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(chunk)
                code = CZlib.inflate(&stream, Z_NO_FLUSH)
                count = chunk - Int(stream.avail_out)
            }
            output += part
            if output.count > limit { return .tooLarge(limit: limit) }
            if code == Z_STREAM_END { return stream.avail_in == 0 ? nil : .wrongLength }
            if code == Z_BUF_ERROR || (code == Z_OK && part.isEmpty) { return .wrongLength }
            if code != Z_OK { return .corrupt }
        }
    }

    package static func deflate(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        var length = compressBound(UInt(bytes.count))
        var code = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
            code = compress2(buffer.baseAddress, &length, bytes, UInt(bytes.count), Z_DEFAULT_COMPRESSION)
            count = code == Z_OK ? Int(length) : 0
        }
        guard code == Z_OK else { throw .corrupt }
        return output
    }
}
