import API
import Access
import Domain
import Web

struct KnowledgeItemForm: Sendable {
    var id: KnowledgeItemID?
    var title = ""
    var body = ""
    var tags: [String] = []
    var source = "manual"
    var sourceName = ""

    static let form = Form(KnowledgeItemForm()) {
        $0.optional("id", \.id, .id(of: "knowledge item"), about: "In training, of the item to replace; else unused.")
        $0.required("title", \.title, .text(1...300))
        $0.required("body", \.body, .text(1...8000))
        $0.optional("tags", \.tags, .tags, about: "At most 2000 characters together.")
        $0.optional("source", \.source, .source, about: "manual when absent; profile is training's own.")
        $0.optional("source_name", \.sourceName, .text(0...500), about: "A file's name, a page's address.")
    }

    func item(id: KnowledgeItemID) -> KnowledgeItem {
        KnowledgeItem(id: id, title: title, body: body, tags: tags, source: source, sourceName: sourceName)
    }
}

extension FieldType where Value == [String] {
    fileprivate static let tags = FieldType.list(of: .text(1...200), 0...50).checked { tags, field throws(Fault) in
        guard tags.reduce(tags.count, { $0 + $1.unicodeScalars.count }) <= 2000 else {
            throw .invalid(field, "At most 50 tags with 2000 characters together.")
        }
    }
}

extension FieldType where Value == String {
    /// Items of the source `profile` are replaced by the next training.
    fileprivate static let source = FieldType.text(1...100).checked { source, field throws(Fault) in
        guard source != "profile" else { throw .invalid(field, "profile is written by training only.") }
    }
}
