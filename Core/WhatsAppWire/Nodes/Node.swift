/// One element of the binary stream: a tag, attributes, and children or bytes.
package struct Node: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case none
        case children([Node])
        case bytes([UInt8])
        /// Content that was written as a token or packed: read it with `Node.bytes`, which accepts both.
        case text(String)
    }

    package var tag: String
    package var attributes: Attributes
    package var content: Content

    package init(_ tag: String, _ attributes: Attributes = [:], _ content: Content = .none) {
        self.tag = tag
        self.attributes = attributes
        self.content = content
    }

    package init(_ tag: String, _ attributes: Attributes = [:], children: [Node]) {
        self.init(tag, attributes, children.isEmpty ? .none : .children(children))
    }

    package init(_ tag: String, _ attributes: Attributes = [:], bytes: [UInt8]) {
        self.init(tag, attributes, .bytes(bytes))
    }
}

// MARK: Reading

extension Node {
    /// The attribute as text; nil when absent or empty.
    package subscript(_ key: String) -> String? { attributes[key]?.text }

    package func jid(_ key: String) -> JID? { attributes[key]?.jid }

    package func integer<Number: FixedWidthInteger>(_ key: String, as: Number.Type = Number.self) -> Number? {
        self[key].flatMap { Number($0) }
    }

    package var children: [Node] {
        if case .children(let nodes) = content { nodes } else { [] }
    }

    package func child(_ tag: String) -> Node? {
        children.first { $0.tag == tag }
    }

    package func children(_ tag: String) -> [Node] {
        children.filter { $0.tag == tag }
    }

    /// The bytes of the content, however it was written; nil for children.
    package var bytes: [UInt8]? {
        switch content {
        case .bytes(let bytes): bytes
        case .text(let text): Array(text.utf8)
        case .none: []
        case .children: nil
        }
    }

    package func bytes(of tag: String) -> [UInt8]? { child(tag)?.bytes }

    /// The content as text, when it is valid UTF-8.
    package var text: String? { bytes.flatMap { String(validating: $0, as: UTF8.self) } }
}
