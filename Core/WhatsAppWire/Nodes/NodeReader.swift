/// Decodes nodes. Whatever the bytes, the work and memory are bounded.
package struct NodeReader {
    package static let maximumDepth = 32
    /// Well above the largest group with all its members' devices.
    package static let maximumNodes = 100_000
    package static let maximumAttributes = 256
    package static let maximumInflatedSize = 1 << 24
    static let compressedFlag: UInt8 = 2

    private var reader: ByteReader
    private var nodes = 0

    /// - Parameter frame: an opened transport frame: the flag byte, then the node, deflated if the flag says so.
    package static func decode(_ frame: [UInt8]) throws(NodeError) -> Node {
        guard let flags = frame.first else { throw .truncated }
        guard flags & compressedFlag != 0 else { return try decode(plain: frame, from: 1) }
        do {
            let plain = try Zlib.inflate(Array(frame.dropFirst()), limit: maximumInflatedSize)
            return try decode(plain: plain, from: 0)
        } catch let error as Zlib.Failure {
            throw .compression(error)
        } catch let error as NodeError {
            throw error
        } catch { throw .truncated }
    }

    private static func decode(plain bytes: [UInt8], from position: Int) throws(NodeError) -> Node {
        var reader = NodeReader(reader: ByteReader(bytes, from: position))
        let node = try reader.readNode(depth: 0)
        guard reader.reader.isAtEnd else { throw .leftover(bytes: reader.reader.remaining) }
        return node
    }

    private init(reader: ByteReader) {
        self.reader = reader
    }

    private mutating func readNode(depth: Int) throws(NodeError) -> Node {
        guard depth < Self.maximumDepth else { throw .tooDeep }
        nodes += 1
        guard nodes <= Self.maximumNodes else { throw .tooManyNodes }
        guard let size = try readListSize(byte()) else { throw .expectedList }
        guard size > 0 else { throw .emptyList }
        let tag = try readText(byte())
        guard !tag.isEmpty else { throw .emptyTag }
        guard size <= 2 * Self.maximumAttributes else { throw .tooLarge }
        var attributes: Attributes = [:]
        for _ in 0..<(size - 1) / 2 {
            let key = try readText(byte())
            guard !key.isEmpty else { throw .expectedString }
            attributes[key] = try readValue(byte())
        }
        let content: Node.Content = size.isMultiple(of: 2) ? try readContent(depth: depth) : .none
        return Node(tag, attributes, content)
    }

    private mutating func readContent(depth: Int) throws(NodeError) -> Node.Content {
        let tag = try byte()
        if let count = try readListSize(tag) {
            var children: [Node] = []
            for _ in 0..<count { children.append(try readNode(depth: depth + 1)) }
            return children.isEmpty ? .none : .children(children)
        }
        if let length = try readBinaryLength(tag) { return .bytes(try take(length)) }
        return .text(try readValue(tag).text ?? "")
    }

    /// nil when the tag does not open a list.
    private mutating func readListSize(_ tag: UInt8) throws(NodeError) -> Int? {
        switch tag {
        case WireTag.empty: 0
        case WireTag.list8: try integer(1)
        case WireTag.list16: try integer(2)
        default: nil
        }
    }

    private mutating func readBinaryLength(_ tag: UInt8) throws(NodeError) -> Int? {
        switch tag {
        case WireTag.binary8: try integer(1)
        case WireTag.binary20: try integer(3) & 0xFFFFF
        case WireTag.binary32: try integer(4)
        default: nil
        }
    }

    /// A string and nothing else; `00` is the empty one.
    private mutating func readText(_ tag: UInt8) throws(NodeError) -> String {
        guard case .text(let text) = try readValue(tag) else { throw .expectedString }
        return text
    }

    private mutating func readValue(_ tag: UInt8) throws(NodeError) -> AttributeValue {
        switch tag {
        case WireTag.empty: return .text("")
        case 1..<WireTag.dictionaries.lowerBound: return .text(Tokens.single[Int(tag)])
        case WireTag.dictionaries:
            return .text(Tokens.double[Int(tag - WireTag.dictionaries.lowerBound)][try integer(1)])
        case WireTag.nibble: return .text(try PackedText.unpack(&reader, alphabet: PackedText.nibble))
        case WireTag.hex: return .text(try PackedText.unpack(&reader, alphabet: PackedText.hex))
        case WireTag.jidPair, WireTag.deviceJID, WireTag.messengerJID, WireTag.interopJID:
            return .jid(try readJID(tag))
        default:
            guard let length = try readBinaryLength(tag) else { throw .unknownTag(tag) }
            guard let text = String(validating: try take(length), as: UTF8.self) else { throw .notUTF8 }
            return .text(text)
        }
    }

    private mutating func readJID(_ tag: UInt8) throws(NodeError) -> JID {
        switch tag {
        case WireTag.deviceJID:
            let domain = try byte()
            guard let server = JID.domains.first(where: { $0.byte == domain })?.server else {
                throw .unknownDomain(domain)
            }
            let device = UInt16(try byte())
            return JID(user: try readText(byte()), device: device, server: server)
        case WireTag.messengerJID, WireTag.interopJID:
            let user = try readText(byte())
            let device = UInt16(try integer(2))
            let integrator = tag == WireTag.interopJID ? UInt16(try integer(2)) : 0
            let server = try readServer()
            guard server == (tag == WireTag.interopJID ? .interop : .messenger) else { throw .wrongServer }
            return JID(user: user, device: device, server: server, integrator: integrator)
        default:
            let user = try readText(byte())
            return JID(user: user, server: try readServer())
        }
    }

    private mutating func readServer() throws(NodeError) -> JID.Server {
        let server = try readText(byte())
        guard !server.isEmpty else { throw .expectedString }
        return JID.Server(rawValue: server)
    }

    // MARK: Bytes

    private mutating func byte() throws(NodeError) -> UInt8 {
        do { return try reader.byte() } catch { throw .truncated }
    }

    private mutating func integer(_ count: Int) throws(NodeError) -> Int {
        do { return try reader.integer(count) } catch { throw .truncated }
    }

    private mutating func take(_ count: Int) throws(NodeError) -> [UInt8] {
        do { return Array(try reader.take(count)) } catch { throw .truncated }
    }
}
