package enum FrameWriter {
    package static func frame(_ payload: [UInt8]) throws(FrameError) -> [UInt8] {
        guard payload.count <= FrameReader.maximumLength else {
            throw .tooLarge(length: payload.count, limit: FrameReader.maximumLength)
        }
        return [UInt8](bigEndian: payload.count, count: 3) + payload
    }
}
