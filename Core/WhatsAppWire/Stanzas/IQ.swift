/// Queries and their answers, matched by id.
package enum IQ {
    package static func get(id: String, xmlns: String, to: JID = .service, _ children: [Node] = []) -> Node {
        Node("iq", ["id": .text(id), "to": .jid(to), "type": "get", "xmlns": .text(xmlns)], children: children)
    }

    package static func set(id: String, xmlns: String, to: JID = .service, _ children: [Node] = []) -> Node {
        Node("iq", ["id": .text(id), "to": .jid(to), "type": "set", "xmlns": .text(xmlns)], children: children)
    }

    /// As servers send it.
    package static func set(id: String, xmlns: String, from: JID, _ children: [Node]) -> Node {
        Node("iq", ["from": .jid(from), "type": "set", "id": .text(id), "xmlns": .text(xmlns)], children: children)
    }

    /// The answer to `iq`, whichever side received it.
    package static func result(of iq: Node, _ children: [Node] = []) -> Node {
        var attributes: Attributes = ["type": "result", "id": .optional(iq["id"])]
        if let from = iq.jid("from") {
            attributes["to"] = .jid(from)
        } else {
            attributes["from"] = .jid(iq.jid("to") ?? .service)
        }
        return Node("iq", attributes, children: children)
    }

    package static func error(of iq: Node, code: Int, text: String) -> Node {
        var node = result(of: iq, [Node("error", ["code": .number(code), "text": .text(text)])])
        node.attributes["type"] = "error"
        return node
    }

    package struct Failure: Error, Equatable, Sendable {
        package let code: Int
        package let text: String
    }

    /// The reply's content, or the error it carries.
    package static func reply(_ node: Node) throws(Failure) -> Node {
        guard node["type"] == "error" else { return node }
        let error = node.child("error")
        throw Failure(code: error?.integer("code") ?? 0, text: error?["text"] ?? "")
    }

    /// `a.b-1`, `a.b-2`, ...: unique within a connection.
    package struct Identifiers: Sendable {
        private let prefix: String
        private var count = 0

        package init(using random: inout some RandomNumberGenerator) {
            prefix = "\(UInt16.random(in: 0...255, using: &random)).\(UInt16.random(in: 0...255, using: &random))"
        }

        package mutating func next() -> String {
            count += 1
            return "\(prefix)-\(count)"
        }
    }
}

/// A stanza that lacks what every stanza of its kind has. `path` names the missing part.
package struct StanzaError: Error, Equatable, Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }
}
