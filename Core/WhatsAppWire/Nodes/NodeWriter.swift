/// Encodes nodes.
package struct NodeWriter {
    private var bytes: [UInt8] = []

    /// The flag byte, which is 0, and the node.
    package static func encode(_ node: Node) throws(NodeError) -> [UInt8] {
        var writer = NodeWriter()
        writer.bytes.append(0)
        try writer.write(node, depth: 0)
        return writer.bytes
    }

    /// As above, with a zlib stream in place of the plain node. Only servers send this.
    package static func encodeCompressed(_ node: Node) throws(NodeError) -> [UInt8] {
        let plain = try encode(node)
        do { return [NodeReader.compressedFlag] + (try Zlib.deflate(Array(plain.dropFirst()))) } catch {
            throw .compression(error)
        }
    }

    private mutating func write(_ node: Node, depth: Int) throws(NodeError) {
        guard depth < NodeReader.maximumDepth else { throw .tooDeep }
        guard !node.tag.isEmpty else { throw .emptyTag }
        let hasContent = node.content != .none
        try writeListHeader(1 + 2 * node.attributes.count + (hasContent ? 1 : 0))
        try write(text: node.tag)
        for (key, value) in node.attributes.pairs {
            try write(text: key)
            switch value {
            case .text(let text): try write(text: text)
            case .jid(let jid): try write(jid)
            }
        }
        try writeContent(node.content, depth: depth)
    }

    private mutating func writeContent(_ content: Node.Content, depth: Int) throws(NodeError) {
        switch content {
        case .none: break
        case .bytes(let content): try write(binary: content)
        case .text(let text): try write(text: text)
        case .children(let nodes):
            try writeListHeader(nodes.count)
            for node in nodes { try write(node, depth: depth + 1) }
        }
    }

    private mutating func writeListHeader(_ count: Int) throws(NodeError) {
        switch count {
        case 0: bytes.append(WireTag.empty)
        case ..<256: bytes += [WireTag.list8, UInt8(count)]
        case ..<65536: bytes += [WireTag.list16] + [UInt8](bigEndian: count, count: 2)
        default: throw .tooLarge
        }
    }

    private mutating func write(text: String) throws(NodeError) {
        switch Tokens.codes[text] {
        case .single(let byte): bytes.append(byte)
        case .double(let dictionary, let index): bytes += [WireTag.dictionaries.lowerBound + dictionary, index]
        case nil: try write(plain: Array(text.utf8))
        }
    }

    private mutating func write(plain text: [UInt8]) throws(NodeError) {
        if let packed = PackedText.pack(text, alphabet: PackedText.nibble) {
            bytes += [WireTag.nibble] + packed
        } else if let packed = PackedText.pack(text, alphabet: PackedText.hex) {
            bytes += [WireTag.hex] + packed
        } else {
            try write(binary: text)
        }
    }

    private mutating func write(binary content: [UInt8]) throws(NodeError) {
        switch content.count {
        case ..<256: bytes += [WireTag.binary8, UInt8(content.count)]
        case ..<(1 << 20): bytes += [WireTag.binary20] + [UInt8](bigEndian: content.count, count: 3)
        case ..<(1 << 31): bytes += [WireTag.binary32] + [UInt8](bigEndian: content.count, count: 4)
        default: throw .tooLarge
        }
        bytes += content
    }

    private mutating func write(_ jid: JID) throws(NodeError) {
        if let domain = jid.wireDomain {
            guard let device = UInt8(exactly: jid.device) else { throw .tooLarge }
            bytes += [WireTag.deviceJID, domain, device]
            return try write(text: jid.user)
        }
        switch jid.server {
        case .messenger:
            bytes.append(WireTag.messengerJID)
            try write(text: jid.user)
            bytes += [UInt8](bigEndian: jid.device, count: 2)
        case .interop:
            bytes.append(WireTag.interopJID)
            try write(text: jid.user)
            bytes += [UInt8](bigEndian: jid.device, count: 2) + [UInt8](bigEndian: jid.integrator, count: 2)
            return try write(text: jid.server.rawValue)
        default:
            bytes.append(WireTag.jidPair)
            if jid.user.isEmpty { bytes.append(WireTag.empty) } else { try write(text: jid.user) }
        }
        try write(text: jid.server.rawValue)
    }
}
