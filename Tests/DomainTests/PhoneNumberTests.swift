import Domain
import Support
import Testing

@Suite struct PhoneNumberTests {
    struct File: Decodable {
        let vectors: [Vector]
    }
    struct Vector: Decodable {
        let country: String
        let e164: String
        let international: String
        let national: String
        let significant: String
    }

    @Test(arguments: [
        ("+1234567890", "US", "+1234567890"), ("1234567890", "US", "+1234567890"),
        ("1234567890@c.us", "US", "+1234567890"),
        ("(415) 555-0100", "US", "+14155550100"), ("1 415 555 0100", "US", "+14155550100"),
        ("whatsapp:+14155238886", "BR", "+14155238886"), ("14155238886@s.whatsapp.net", "DE", "+14155238886"),
        ("0151 23456789", "DE", "+4915123456789"), ("4915123456789", "DE", "+4915123456789"),
        ("0049 151 23456789", "US", "+4915123456789"), ("011 49 151 23456789", "US", "+4915123456789"),
        ("06 20 123 4567", "HU", "+36201234567"), ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("11 98765-4321", "BR", "+5511987654321"), ("5511987654321", "BR", "+5511987654321"),
        // Area code 55 of Brazil's own: eleven digits are the country's own number.
        ("55987654321", "BR", "+5555987654321"),
        ("391 234 5678", "IT", "+393912345678"), ("39 391 234 5678", "IT", "+393912345678"),
        ("5511987654321", "US", "+5511987654321"), ("5511987654321", "??", "+5511987654321"),
    ])
    func formsThatPeopleWrite(_ text: String, _ country: String, _ expected: String) throws {
        #expect(try PhoneNumber(text, country: country).e164 == expected)
    }

    @Test(arguments: [
        ("", "US", PhoneNumberError.notANumber), ("+", "US", .notANumber), ("call me", "US", .notANumber),
        ("100000000000001@lid", "US", .notANumber), ("120363@g.us", "US", .notANumber),
        ("whatsapp:US.abc", "US", .notANumber),
        ("+123456", "US", .wrongLength), ("+1234567890123456", "US", .wrongLength),
        ("+0123456789", "US", .notInternational),
        ("12", "US", .wrongLength), ("0151 23456789", "??", .notInternational),
        ("\u{661}\u{662}\u{663}4567890", "US", .notANumber),
    ])
    func whatIsNoNumberIsRefused(_ text: String, _ country: String, _ expected: PhoneNumberError) {
        #expect(throws: expected) { try PhoneNumber(text, country: country) }
    }

    /// Where local writing is more than a trunk prefix: Belarus's `8 0`.
    private static let rewriting: Set<String> = ["BY"]
    /// Digits alone fit both readings, and the country writes no trunk prefix that would tell: its own wins.
    private static let ambiguous: Set<String> = ["AD", "TK", "WS"]

    @Test func everyCountrysExampleIsReadInItsThreeWritings() throws {
        let vectors = try Vectors.load("phone_numbers.json", as: File.self).vectors
        #expect(vectors.count > 200)
        for vector in vectors {
            #expect(try PhoneNumber(vector.international, country: "US").e164 == vector.e164)
            let bare = String(vector.e164.dropFirst())
            let isAmbiguous = Self.ambiguous.contains(vector.country)
            #expect(
                isAmbiguous || (try? PhoneNumber(bare, country: vector.country))?.e164 == vector.e164,
                "\(vector.country) \(bare)")
            guard !Self.rewriting.contains(vector.country) else { continue }
            #expect(
                (try? PhoneNumber(vector.national, country: vector.country))?.e164 == vector.e164,
                "\(vector.country) \(vector.national)")
        }
    }

    @Test func addressesOfANumber() throws {
        let number = try PhoneNumber("+14155550100", country: "US")
        #expect(number.whatsappAddress == "whatsapp:+14155550100")
    }
}
