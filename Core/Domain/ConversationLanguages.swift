/// The languages in which a conversation may be held, as far as it can be told without reading it: those of the business's country
/// and of the customer's number, the one whose script a word is written in, and English.
package struct ConversationLanguages: Sendable {
    private let country: String
    private let address: String

    /// - Parameters:
    ///   - country: ISO 3166-1 alpha-2 of the business.
    ///   - address: the customer's; one that names no number tells nothing.
    package init(country: String = "", address: String = "") {
        self.country = country
        self.address = address
    }

    /// ISO 639 codes of those that have words for stopping (`OptOutWords`).
    package func codes(writing word: String) -> Set<String> {
        let number = PersonNumber(address: address)
        let countries = CallingCode.countries(behind: number?.digits[...] ?? "") + [country.uppercased()]
        return countries.reduce(into: Self.writing(word).union(["en"])) { codes, country in
            codes.formUnion(Self.spoken[country] ?? [])
        }
    }

    /// The languages of these that a script belongs to. Latin tells nothing.
    private static func writing(_ word: String) -> Set<String> {
        switch word.unicodeScalars.first?.value ?? 0 {
        case 0x370...0x3FF, 0x1F00...0x1FFF: ["el"]
        case 0x400...0x52F: ["ru", "uk"]
        case 0x590...0x5FF: ["he"]
        case 0x600...0x77F, 0x8A0...0x8FF: ["ar", "fa", "ur"]
        case 0x900...0x97F: ["hi"]
        case 0x980...0x9FF: ["bn"]
        case 0xE00...0xE7F: ["th"]
        case 0x3041...0x30FF: ["ja"]
        case 0x1100...0x11FF, 0xAC00...0xD7A3: ["ko"]
        case 0x3400...0x9FFF: ["zh", "ja"]
        default: []
        }
    }

    /// Languages by country.
    private static let spoken: [String: Set<String>] = {
        var spoken: [String: Set<String>] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            for country in words.dropFirst() { spoken[country, default: []].insert(words[0]) }
        }
        return spoken
    }()

    /// A language and the countries where many speak it: of the official languages of CLDR's territories those that have words in
    /// `OptOutWords`, and Spanish in the United States.
    private static let table = """
        ar AE BH DJ DZ EG EH IL IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TD TN YE
        bn BD IN
        cs CZ SK
        da DK FO GL
        de AT BE CH DE LI LU
        el CY GR
        es AD AR BO BZ CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV US UY VE
        fa AF IR TJ
        fi FI
        fil PH
        fr BE BF BI BJ BL CA CD CF CG CH CI CM DJ DZ FR GA GF GN GP HT KM LU MA MC MF MG ML MQ MU NC NE PF PM RE RW SC SN TD TG TN VU YT
        he IL
        hi IN NP
        hu HU
        id ID
        it CH IT SM VA
        ja JP
        ko KP KR
        ms BN MY SG
        nl AW BE BQ CW NL SR SX
        no NO SJ
        pl PL
        pt AO BR CV GW MO MZ PT ST TL
        ro MD RO
        ru BY KG KZ MD RU UA UZ
        sv AX FI SE
        sw CD KE RW TZ UG
        th TH
        tr CY TR
        uk UA
        ur IN PK
        vi VN
        zh CN HK MO MY SG TW
        """
}
