import API
import Access
import Conversation
import Domain
import Providers
import Web

extension Endpoint {
    static let searchNumbers = Endpoint(
        .get, "/api/v1/organizations/search-numbers", also: ["GET /api/organizations/search-numbers"],
        "Numbers that Twilio has for sale.",
        for: .member(.viewer), takes: .query(NumberSearch.form), answers: .one(NumbersForSale.answer),
        faults: DocumentedFault.twilio, limits: .askingForNumbers
    ) { call, search in
        guard let twilio = try call.api.twilioNumbers else { throw Fault.noTwilioAccount }
        let found = try await twilio.searchAvailableNumbers(search.forTwilio)
        return NumbersForSale(search: search, items: Array(found.prefix(search.limit)))
    }
}

/// `?country=US&areaCode=415&contains=777&type=local&limit=20`
struct NumberSearch: Sendable {
    var country = "US"
    var type = "local"
    var areaCode: String?
    /// The same under the name that the rest of the API would give it.
    var areaCodeInSnakeCase: String?
    var contains: String?
    var limit = 20

    static let form = Form(NumberSearch()) {
        $0.optional("country", \.country, .country, about: "ISO 3166-1; US when absent.")
        $0.optional("type", \.type, .choice("local", "mobile", "toll_free", "tollfree"), about: "local when absent.")
        $0.optional("areaCode", \.areaCode, .areaCode)
        $0.optional("area_code", \.areaCodeInSnakeCase, .areaCode, about: "The same; areaCode counts.")
        $0.optional("contains", \.contains, .numberPattern, about: "Letters stand for their keys, * for any digit.")
        $0.optional("limit", \.limit, .integer(1...50), about: "20 when absent.")
    }

    var forTwilio: TwilioNumberSearch {
        let kinds: [String: TwilioNumberSearch.Kind] = [
            "mobile": .mobile, "toll_free": .tollFree, "tollfree": .tollFree,
        ]
        return TwilioNumberSearch(
            country: country, kind: kinds[type] ?? .local, areaCode: areaCode ?? areaCodeInSnakeCase,
            contains: contains, limit: limit)
    }
}

extension TwilioAvailableNumber.AddressRequirement: Answerable {}

struct NumbersForSale: Sendable {
    var search: NumberSearch
    var items: [TwilioAvailableNumber]

    static let answer = Answer<NumbersForSale> {
        $0.field("items", \.items, each: TwilioAvailableNumber.answer)
        $0.field("message", \.message, about: "What to do when nothing was found; else null.")
    }

    private var message: String? {
        guard items.isEmpty else { return nil }
        let isNarrow = (search.areaCode ?? search.areaCodeInSnakeCase ?? search.contains) != nil
        return "Twilio has no such number in stock in \(search.country); try another "
            + (isNarrow ? "area code, pattern or type." : "type or country.")
    }
}

extension TwilioAvailableNumber {
    fileprivate static let answer = Answer<TwilioAvailableNumber> {
        $0.field("number", \.phoneNumber)
        $0.field("friendly_name", \.friendlyName)
        $0.field("locality", \.locality)
        $0.field("region", \.region)
        $0.field("country", \.country)
        $0.field(
            "address_requirements", \.addressRequirement,
            about:
                "Whose address must be given to buy it (address_sid): nobody's, anybody's, one in its area, one abroad."
        )
        $0.field("capabilities", \.self, capabilities)
    }

    private static let capabilities = Answer<TwilioAvailableNumber> {
        $0.field("sms", \.sms)
        $0.field("mms", \.mms)
        $0.field("voice", \.voice)
    }
}

extension FieldType where Value == String {
    fileprivate static let areaCode = FieldType.text(
        1...6, pattern: "[0-9]{1,6}", "An area code is up to six digits."
    ) { $0.utf8.allSatisfy { (48...57).contains($0) } }

    fileprivate static let numberPattern = FieldType.text(
        2...16, pattern: "[0-9A-Za-z*+]{2,16}", "2 to 16 digits or letters; * stands for any digit."
    ) { text in
        let allowed: [ClosedRange<UInt8>] = [48...57, 65...90, 97...122, 42...43]
        return text.utf8.allSatisfy { byte in allowed.contains { $0.contains(byte) } }
    }
}
