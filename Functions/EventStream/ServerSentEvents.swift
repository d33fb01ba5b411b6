import Access
import FoundationEssentials
import Store
import Web

/// The wire form (WHATWG HTML, 9.2 "Server-sent events").
enum ServerSentEvents {
    /// A comment: keeps proxies from closing a quiet connection.
    static let heartbeat = ": still here\n\n"

    /// Tells the browser how soon to come back, and from where, before the first event.
    static func opening(at position: EventPosition) -> String {
        "retry: 2000\nid: \(position.cursor.text)\n\n"
    }

    /// The same JSON as an item of `GET /api/v1/events`; it holds no line break.
    static func event(_ event: OrganizationEvent) -> String {
        "id: \(event.position.cursor.text)\ndata: \(String(decoding: event.json.bytes, as: UTF8.self))\n\n"
    }

    /// Whole events together, up to so many bytes; a longer event is a piece of its own.
    static func pieces(_ events: [OrganizationEvent], limit: Int) -> [String] {
        var pieces: [String] = []
        var piece = ""
        for event in events.map(Self.event) {
            if !piece.isEmpty, piece.utf8.count + event.utf8.count > limit {
                pieces.append(piece)
                piece = ""
            }
            piece += event
        }
        return piece.isEmpty ? pieces : pieces + [piece]
    }
}
