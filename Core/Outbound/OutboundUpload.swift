/// A request's body that is read piece by piece as it is sent, so that nobody holds the whole of it.
package struct OutboundUpload: Sendable {
    /// Bytes.
    package let length: Int
    /// At most so many bytes from an offset on; `nil` ends the request. Called on the transfer's own thread, in order.
    package let read: @Sendable (_ offset: Int, _ most: Int) -> [UInt8]?

    package init(length: Int, read: @escaping @Sendable (_ offset: Int, _ most: Int) -> [UInt8]?) {
        self.length = length
        self.read = read
    }
}

extension OutboundUpload {
    init(_ bytes: [UInt8]) {
        self.init(length: bytes.count) { offset, most in Array(bytes[min(offset, bytes.count)...].prefix(most)) }
    }
}
