import Domain
import Support
import Testing

/// K14: which spellings are one person's, and which are not.
@Suite struct PersonNumberTests {
    @Test(arguments: [
        ("whatsapp:+5215512345678", "+525512345678"), ("+525512345678", "+525512345678"),
        ("5215512345678@s.whatsapp.net", "+525512345678"), ("525512345678@c.us", "+525512345678"),
        // Eight digits that begin with 6 to 9 had a 9 put in front; those of fixed lines, and services of São Paulo, had not.
        ("whatsapp:+551187654321", "+5511987654321"), ("whatsapp:+5511987654321", "+5511987654321"),
        ("whatsapp:+558466554433", "+5584966554433"), ("whatsapp:+551132654321", "+551132654321"),
        ("whatsapp:+551152654321", "+551152654321"), ("whatsapp:+552087654321", "+552087654321"),
        ("whatsapp:+5491123456789", "+541123456789"), ("whatsapp:+541123456789", "+541123456789"),
        ("whatsapp:+54111523456789", "+541123456789"), ("+54220215123456", "+542202123456"),
        // Behind another code the same digits mean nothing of the kind.
        ("whatsapp:+15215512345678", "+15215512345678"), ("whatsapp:+4915123456789", "+4915123456789"),
        ("whatsapp:+521551234567", "+521551234567"), ("whatsapp:+5211234567890", "+521234567890"),
    ])
    func aNumberHasOneForm(_ address: String, _ expected: String) {
        #expect(PersonNumber(address: address)?.e164 == expected)
    }

    @Test(arguments: [
        "whatsapp:US.13491208655302741918", "100000000000001@lid", "1203630@g.us", "72000", "+72000", "PARLEY", "",
        "whatsapp:", "whatsapp:+", "+0123456789", "whatsapp:+1234567890123456", "whatsapp:+1415555\u{661}100",
        "14155550100", "whatsapp:14155550100", "+1415555x100",
    ])
    func whatNamesNoNumberNamesNoPerson(_ address: String) {
        #expect(PersonNumber(address: address) == nil)
    }

    /// Its own form's form is itself, or two webhooks would disagree for ever.
    @Test func everyCountrysExampleKeepsItsForm() throws {
        let vectors = try Vectors.load("phone_numbers.json", as: PhoneNumberTests.File.self).vectors
        for vector in vectors {
            let once = try #require(PersonNumber(address: vector.e164))
            #expect(PersonNumber(address: once.e164) == once, "\(vector.country)")
            #expect(once.e164 == vector.e164 || vector.country == "AR", "\(vector.country)")
        }
    }

    @Test(arguments: [
        ("011 15-2345-6789", "AR", "+5491123456789"), ("+54 11 15 2345 6789", "AR", "+54111523456789"),
        ("2202 15 123456", "AR", "+5492202123456"), ("+52 1 55 1234 5678", "MX", "+5215512345678"),
    ])
    func spellingsOfACountryAreRead(_ text: String, _ country: String, _ expected: String) throws {
        #expect(try PhoneNumber(text, country: country).e164 == expected)
    }

    /// libphonenumber's lengths.
    @Test(arguments: [
        "+1 415 555 01000", "+52 55 1234 56789", "+55 11 98765 43210", "+33 6 12 34 56 78 90", "+65 9123 45678901",
    ])
    func whatIsTooLongForItsCountryIsRefused(_ text: String) {
        #expect(throws: PhoneNumberError.wrongLength) { try PhoneNumber(text, country: "US") }
    }
}
