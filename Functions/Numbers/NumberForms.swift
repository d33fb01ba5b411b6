import Access
import Domain
import Providers
import Store
import Web

/// `?country=US&areaCode=415&contains=777&type=local&limit=20`
struct NumberSearchQuery {
    let search: TwilioNumberSearch

    init(_ request: Request) throws {
        let query = try request.query(knowing: ["country", "areaCode", "area_code", "contains", "type", "limit"])
        search = TwilioNumberSearch(
            country: try Self.country(query["country"]), kind: try Self.kind(query["type"]),
            areaCode: try Self.areaCode(query["areaCode"] ?? query["area_code"]),
            contains: try Self.contains(query["contains"]), limit: try Self.limit(query["limit"]))
    }

    private static func country(_ text: String?) throws -> String {
        let country = text ?? "US"
        guard country.utf8.count == 2, country.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw Fault.invalid("country", "A country is two capital letters (ISO 3166-1), like US.")
        }
        return country
    }

    private static func kind(_ text: String?) throws -> TwilioNumberSearch.Kind {
        switch text {
        case nil, "local": .local
        case "mobile": .mobile
        case "tollfree", "toll_free": .tollFree
        default: throw Fault.invalid("type", "Say local, mobile or toll_free.")
        }
    }

    private static func areaCode(_ text: String?) throws -> String? {
        guard let text else { return nil }
        guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw Fault.invalid("areaCode", "An area code is up to six digits.")
        }
        return text
    }

    /// Letters stand for their keys, `*` for any digit.
    private static func contains(_ text: String?) throws -> String? {
        guard let text else { return nil }
        let allowed = Set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*+".utf8)
        guard (2...16).contains(text.utf8.count), text.utf8.allSatisfy(allowed.contains) else {
            throw Fault.invalid("contains", "2 to 16 digits or letters; * stands for any digit.")
        }
        return text
    }

    private static func limit(_ text: String?) throws -> Int {
        guard let text else { return 20 }
        guard let limit = Int(text), (1...50).contains(limit) else {
            throw Fault.invalid("limit", "The limit must be a number between 1 and 50.")
        }
        return limit
    }
}

struct PurchaseForm: Decodable {
    var number: String?
    var phoneNumber: String?
    /// What the line is called, "Sales Line".
    var name: String?

    private enum CodingKeys: String, CodingKey {
        case number, name
        case phoneNumber = "phone_number"
    }

    /// E.164, exactly: what is bought is not guessed.
    func checkedNumber() throws -> String {
        guard let text = number ?? phoneNumber else { throw Fault.invalid("number", "This field is required.") }
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "+"), (7...15).contains(digits.count), digits.first != 48,
            digits.allSatisfy({ (48...57).contains($0) })
        else { throw Fault.invalid("number", "Write the number as the search gave it, like +14155550100.") }
        return text
    }

    func checkedName(default number: String) throws -> String {
        try name.map { try checkedText($0, field: "name", 1...255) } ?? number
    }
}

extension NumberPurchase {
    var json: [String: JSONValue] {
        [
            "number": .string(number), "status": .string(status.rawValue), "sid": .text(providerID),
            "channel_id": .text(channel?.text), "reason": .string(reason), "created_at": .time(createdAt),
        ]
    }
}

extension TwilioNumber {
    var json: [String: JSONValue] {
        [
            "number": .string(phoneNumber), "sid": .string(sid), "friendly_name": .string(friendlyName),
            "inbound_webhook": .text(inboundWebhook),
        ]
    }
}

extension TwilioAvailableNumber {
    var json: JSONValue {
        .object([
            "number": .string(phoneNumber), "friendly_name": .string(friendlyName), "locality": .text(locality),
            "region": .text(region), "country": .string(country),
            "capabilities": .object(["sms": .bool(sms), "mms": .bool(mms), "voice": .bool(voice)]),
        ])
    }
}
