import Web

/// The OpenAPI document as a page: no script, nothing loaded from anywhere.
enum ReferencePage {
    static let policy =
        "default-src 'none'; style-src '\(ReferenceStyle.hash)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    static func html(of document: JSONValue) -> String {
        let operations = OpenAPI.operations(in: document)
        let groups = Dictionary(grouping: operations) { $0.json["tags"]?.array?.first?.string ?? "other" }
            .sorted { $0.key < $1.key }
        let links = groups.map { "<a href=\"#\(escaped($0.key))\">\(escaped($0.key))</a>" }.joined(separator: "\n")
        let sections = groups.map { name, operations in
            "<section id=\"\(escaped(name))\"><h2>\(escaped(name))</h2>\n\(operations.map(article).joined())</section>\n"
        }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>API reference</title><style>\(ReferenceStyle.css)</style></head>
            <body><header><h1>API reference</h1>
            <p>\(escaped(document["info"]?["description"]?.string ?? ""))
            For programs: <a href="/api/openapi.json">openapi.json</a>.</p></header>
            <nav aria-label="Groups">\(links)</nav>
            <main>\(sections.joined())</main></body></html>

            """
    }

    private static func article(_ operation: OpenAPI.Operation) -> String {
        let json = operation.json
        return """
            <article id="\(escaped(json["operationId"]?.string ?? ""))">
            <h3><span class="method">\(operation.method)</span> <code>\(escaped(operation.path))</code></h3>
            <p>\(escaped(json["summary"]?.string ?? ""))</p>
            <p class="soft">\(escaped(json["description"]?.string ?? ""))</p>
            \(parameters(json))\(body(json))\(responses(json))</article>

            """
    }

    private static func parameters(_ operation: JSONValue) -> String {
        let rows = (operation["parameters"]?.array ?? []).map { parameter in
            row(
                "\(parameter["name"]?.string ?? "") (\(parameter["in"]?.string ?? ""))", parameter["schema"] ?? .null,
                isRequired: parameter["required"]?.bool == true, about: parameter["description"]?.string)
        }
        return table("Parameters", rows)
    }

    private static func body(_ operation: JSONValue) -> String {
        guard let media = operation["requestBody"]?["content"]?.object?.first?.value, let schema = media["schema"]
        else {
            return ""
        }
        let example = media["example"].map { "<pre>\(escaped($0.indented))</pre>" } ?? ""
        return table("Body", rows(of: schema)) + example
    }

    private static func responses(_ operation: JSONValue) -> String {
        let responses = (operation["responses"]?.object ?? [:]).sorted { $0.key < $1.key }
        let good = responses.first { $0.key.hasPrefix("2") }?.value["content"]?.object?.first?.value["schema"]
        let statuses = responses.map { status, response in
            "<tr><td><code>\(escaped(status))</code></td><td>\(escaped(response["description"]?.string ?? ""))</td></tr>"
        }
        return table("Answer", good.map(rows(of:)) ?? []) + "<details><summary>Statuses</summary>"
            + table("", statuses) + "</details>"
    }

    private static func rows(of schema: JSONValue) -> [String] {
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        return (schema["properties"]?.object ?? [:]).sorted { $0.key < $1.key }.map { name, member in
            row(name, member, isRequired: required.contains(name), about: member["description"]?.string)
        }
    }

    private static func row(_ name: String, _ schema: JSONValue, isRequired: Bool, about: String?) -> String {
        let mark = isRequired ? "" : " <span class=\"soft\">optional</span>"
        return "<tr><td><code>\(escaped(name))</code>\(mark)</td><td>\(escaped(words(schema)))</td>"
            + "<td>\(escaped(about ?? ""))</td></tr>"
    }

    private static func table(_ title: String, _ rows: [String]) -> String {
        guard !rows.isEmpty else { return "" }
        let heading = title.isEmpty ? "" : "<h4>\(title)</h4>"
        return "\(heading)<div class=\"table\"><table>\(rows.joined(separator: "\n"))</table></div>\n"
    }

    /// `text, 1 to 200 characters`
    private static func words(_ schema: JSONValue) -> String {
        if let choices = schema["anyOf"]?.array { return choices.map(words).joined(separator: " or ") }
        if let names = schema["enum"]?.array { return names.compactMap(\.string).joined(separator: " | ") }
        if schema["type"]?.string == "array" { return "list of " + words(schema["items"] ?? .null) }
        let type = schema["format"]?.string ?? schema["type"]?.string ?? "anything"
        let bounds = [("minLength", "at least"), ("maxLength", "at most"), ("minimum", "from"), ("maximum", "to")]
            .compactMap { key, word in schema[key].map { "\(word) \(String(decoding: $0.bytes, as: UTF8.self))" } }
        return ([type] + bounds).joined(separator: ", ")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
