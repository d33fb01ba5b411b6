/// Which bodies travel as text in an event and which as base64.
package enum ContentType {
    /// True for `text/*`, JSON, XML and JavaScript. A form is not text: Twilio's arrive in base64.
    package static func isText(_ contentType: String?) -> Bool {
        let type = essence(contentType)
        return type.hasPrefix("text/") || type.hasSuffix("+json") || type.hasSuffix("+xml")
            || ["application/json", "application/javascript", "application/xml"].contains(type)
    }

    /// `text/html` of `Text/HTML; charset=utf-8`.
    package static func essence(_ contentType: String?) -> String {
        let type = (contentType ?? "").prefix { $0 != ";" }
        return type.filter { !$0.isWhitespace }.lowercased()
    }
}
