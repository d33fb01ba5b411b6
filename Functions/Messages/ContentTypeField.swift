import API
import Web

extension FieldType<String> {
    /// `image/png`: kept in lower case, without parameters.
    static let contentType = FieldType.text(1...200).as(show: { $0 }) { text, field throws(Fault) in
        let essence = ContentType.essence(text)
        let parts = essence.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, essence.utf8.count <= 100, parts.allSatisfy(isToken) else {
            throw .invalid(field, "A type looks like image/jpeg.")
        }
        return essence
    }

    private static func isToken(_ part: Substring) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || [43, 45, 46].contains($0) }
    }
}
