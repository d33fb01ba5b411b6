import Access
import Domain
import FoundationEssentials
import Web

struct TextForm: Decodable {
    var account_id: String
    var number: String
    var message: String
}

struct MediaForm: Decodable {
    var account_id: String
    var number: String
    var url: String?
    var mimetype: String?
    var upload_id: String?
    var filename: String?
    var caption: String?

    func checkedURL() throws -> String {
        guard let url else { throw Fault.invalid("url", "Name the file by url and mimetype, or by upload_id.") }
        let plain = url.lowercased()
        guard plain.hasPrefix("https://") || plain.hasPrefix("http://"), url.utf8.count <= 2_000,
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw Fault.invalid("url", "Write a whole address, like https://example.com/menu.pdf.") }
        return url
    }
}

struct PollForm: Decodable {
    var account_id: String
    var number: String
    var question: String
    var options: [String]
    /// Several answers may be chosen.
    var multiple: Bool?

    /// 2 to 12 different options of 1 to 100 characters, as WhatsApp takes them.
    func checkedPoll() throws -> MessageContent.Poll {
        guard (2...12).contains(options.count) else { throw Fault.invalid("options", "A poll has 2 to 12 options.") }
        for (index, option) in options.enumerated() { _ = try checkedText(option, field: "options[\(index)]", 1...100) }
        guard Set(options).count == options.count else {
            throw Fault.invalid("options", "Two options are the same.")
        }
        return MessageContent.Poll(options: options, selectable: multiple == true ? 0 : 1)
    }
}

/// Who a message is for.
enum Recipient: Sendable, Equatable {
    case number(PhoneNumber)
    /// A chat that exists by its own address.
    case chat(String)

    /// Every form of checklist section 5, and the addresses of groups and hidden ids.
    init(_ text: String, country: String) throws {
        let server = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first
        if server == "g.us" || server == "lid" {
            guard text.utf8.count <= 100, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw Fault.invalid("number", "This is not an address of WhatsApp.")
            }
            self = .chat(text)
            return
        }
        do {
            self = .number(try PhoneNumber(text, country: country))
        } catch {
            throw Fault.invalid("number", error.description)
        }
    }
}

/// `image/png`: lower case, without parameters.
func checkedContentType(_ text: String?, field: String) throws -> String {
    guard let text else { throw Fault.invalid(field, "What kind of file is it? For example image/jpeg.") }
    let essence = ContentType.essence(text)
    let parts = essence.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, essence.utf8.count <= 100,
        parts.allSatisfy({ part in
            !part.isEmpty
                && part.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || [43, 45, 46].contains($0) }
        })
    else { throw Fault.invalid(field, "A type looks like image/jpeg.") }
    return essence
}

extension MessageType {
    init(contentType: String) {
        switch contentType.split(separator: "/").first {
        case "image": self = .image
        case "video": self = .video
        case "audio": self = .audio
        default: self = .document
        }
    }
}
