import Web

/// One page of a list resource, with the links that walk it.
enum TwilioPage {
    /// `items` in list order. Page sizes are 1...1000, 50 unless asked.
    static func json(_ name: String, _ items: [JSONValue], request: Web.Request) throws -> JSONValue {
        let query = try request.queryForm()
        let size = min(max(query["PageSize"].flatMap { Int($0) } ?? 50, 1), 1_000)
        let page = min(max(query["Page"].flatMap { Int($0) } ?? 0, 0), 1_000_000)
        let start = min(page * size, items.count)
        let slice = items[start...].prefix(size)
        func link(_ page: Int) -> JSONValue { .string(uri(request.path, query, page: page, size: size)) }
        return .object([
            name: .array(Array(slice)), "page": .integer(page), "page_size": .integer(size), "start": .integer(start),
            "end": .integer(slice.isEmpty ? start : start + slice.count - 1), "first_page_uri": link(0),
            "uri": link(page),
            "next_page_uri": start + slice.count < items.count ? link(page + 1) : .null,
            "previous_page_uri": page > 0 ? link(page - 1) : .null,
        ])
    }

    private static func uri(_ path: String, _ query: Form, page: Int, size: Int) -> String {
        let kept = query.fields.fields.filter { !["Page", "PageSize", "PageToken"].contains($0.name) }
        return path + "?"
            + Form(kept + [(name: "PageSize", value: "\(size)"), (name: "Page", value: "\(page)")]).encoded
    }
}
