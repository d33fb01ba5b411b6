import CCurl
import Glibc
import Synchronization

/// Set by whoever waits for the answer, read by the transfer at least once a second.
final class Cancellation: Sendable {
    private let flag = Atomic(false)
    var isCancelled: Bool { flag.load(ordering: .relaxed) }
    func cancel() { flag.store(true, ordering: .relaxed) }
}

/// What libcurl's callbacks read and write during one transfer. Touched only by the thread inside `curl_easy_perform`.
final class CurlExchange {
    /// Bytes of header lines; longer heads are refused like longer bodies.
    private static let maximumHead = 64 * 1024
    /// Bytes that are kept of an answer that is not what somebody takes in pieces: the page of an error.
    private static let mostOfAPage = 8 * 1024

    let allowsPrivate: Bool
    let cancellation: Cancellation
    /// Longer than this an answer is refused, whoever takes it.
    private let maximumBody: Int
    private let upload: OutboundUpload
    private let taker: (@Sendable ([UInt8]) -> Bool)?
    private var uploaded = 0
    private var received = 0
    private var status = 0
    private var headBytes = 0
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var body: [UInt8] = []
    private(set) var isTooLarge = false
    private(set) var refusedAddress = false
    /// The answer is known, and the rest of its page not worth waiting for.
    private(set) var isCut = false

    init(_ request: OutboundRequest, allowsPrivate: Bool, cancellation: Cancellation) {
        upload = request.upload ?? OutboundUpload(request.body)
        taker = request.receive
        maximumBody = request.maximumResponse
        self.allowsPrivate = allowsPrivate
        self.cancellation = cancellation
    }

    static func from(_ pointer: UnsafeMutableRawPointer) -> CurlExchange {
        Unmanaged<CurlExchange>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// - Returns: false to end the transfer.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard received + bytes.count <= maximumBody else {
            isTooLarge = true
            return false
        }
        received += bytes.count
        guard let taker else {
            body.append(contentsOf: bytes)
            return true
        }
        return status == 200 ? taker(Array(bytes)) : keepPage(bytes)
    }

    /// Whoever takes an answer in pieces has room for no more than a piece: the page of an error, whose length is as foreign as the
    /// file's, is cut. Of a redirect the end is waited for: only then libcurl says where it goes.
    private func keepPage(_ bytes: UnsafeRawBufferPointer) -> Bool {
        body.append(contentsOf: bytes.prefix(max(0, Self.mostOfAPage - body.count)))
        guard received > Self.mostOfAPage, !Redirect.isRedirect(status) else { return true }
        isCut = true
        return false
    }

    /// One header line, the status line of each response (a `100 Continue` too) included.
    func receiveHead(_ bytes: UnsafeRawBufferPointer) -> Bool {
        headBytes += bytes.count
        guard headBytes <= Self.maximumHead else {
            isTooLarge = true
            return false
        }
        if bytes.starts(with: "HTTP/".utf8) {
            headers = []
            status = text(bytes).split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let first = bytes.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") {
            unfold(text(bytes))
        } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
            let name = text(UnsafeRawBufferPointer(rebasing: bytes[..<colon])).lowercased()
            headers.append((name, text(UnsafeRawBufferPointer(rebasing: bytes[(colon + 1)...]))))
        }
        return true
    }

    /// A line that continues the one before it (obsolete, RFC 9112 5.2): joined by one space.
    private func unfold(_ continuation: String) {
        guard !headers.isEmpty, !continuation.isEmpty else { return }
        headers[headers.count - 1].value += " " + continuation
    }

    private func text(_ bytes: UnsafeRawBufferPointer) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    /// - Returns: `nil` to end the transfer.
    func send(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        let most = min(buffer.count, upload.length - uploaded)
        guard most > 0 else { return 0 }
        guard let piece = upload.read(uploaded, most), (1...most).contains(piece.count) else { return nil }
        piece.withUnsafeBytes { buffer.copyMemory(from: $0) }
        uploaded += piece.count
        return piece.count
    }

    func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let isPublic = AddressRange.isPublic(parley_curl_address(address), family: address.pointee.family)
        guard isPublic || allowsPrivate else {
            refusedAddress = true
            return CURL_SOCKET_BAD
        }
        let type = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return socket(address.pointee.family, type, address.pointee.protocol)
    }
}

/// The C side of the exchange.
enum CurlCallback {
    /// `CURL_READFUNC_ABORT`, a macro that Swift does not see.
    private static let abort = 0x1000_0000

    static let write: parley_curl_transfer = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return CurlExchange.from(context).receive(buffer) ? size * count : 0
    }
    static let header: parley_curl_transfer = { bytes, size, count, context in
        guard let bytes, let context else { return 0 }
        let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return CurlExchange.from(context).receiveHead(buffer) ? size * count : 0
    }
    static let read: parley_curl_transfer = { bytes, size, count, context in
        guard let bytes, let context else { return abort }
        let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
        return CurlExchange.from(context).send(into: buffer) ?? abort
    }
    static let openSocket: parley_curl_open_socket = { context, _, address in
        guard let context, let address else { return CURL_SOCKET_BAD }
        return CurlExchange.from(context).open(address)
    }
    static let progress: parley_curl_progress = { context, _, _, _, _ in
        guard let context else { return 1 }
        return CurlExchange.from(context).cancellation.isCancelled ? 1 : 0
    }
}
