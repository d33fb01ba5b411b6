import Access
import Domain
import FoundationEssentials
import NIOHTTP1
import Store
import Web

/// What a viewer asks for.
struct StreamRequest: Sendable {
    /// `nil`: where the log ends now.
    let after: EventPosition?
    let organization: OrganizationID?

    /// `Last-Event-ID` wins over `?after=`: a browser that comes back repeats its first address.
    init(_ request: Request) throws {
        let query = try request.query(knowing: ["after", "organization_id"])
        after = try (request.headers["last-event-id"].flatMap { $0.isEmpty ? nil : $0 } ?? query["after"])
            .map(EventPosition.init(cursor:))
        organization = try (request.headers["x-organization-id"] ?? query["organization_id"]).map { text in
            guard let id = OrganizationID(text) else {
                throw Fault.invalid("organization_id", "This is not an organization's id.")
            }
            return id
        }
    }
}

extension Request {
    init(head: HTTPRequestHead) {
        let halves = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let fields = head.headers.map { (name: $0.name.lowercased(), value: $0.value) }
        self.init(
            method: Method(rawValue: head.method.rawValue) ?? .options, path: String(halves[0]),
            rawQuery: halves.count > 1 ? String(halves[1]) : "", headers: Headers(fields),
            cookies: Cookies.parse(head.headers["cookie"]),
            requestID: head.headers.first(name: "x-request-id").map { String($0.prefix(100)) } ?? UUID().uuidString)
    }
}
