import Domain
import FoundationEssentials
import Web

extension TwilioNumbers {
    static func live(_ api: TwilioAPI) -> TwilioNumbers {
        TwilioNumbers(
            searchAvailableNumbers: { search throws(TwilioError) in try await api.searchAvailableNumbers(search) },
            purchasePhoneNumber: { number, name, papers, webhooks throws(TwilioError) in
                try await api.purchasePhoneNumber(number, name, papers, webhooks)
            },
            updateNumberWebhook: { sid, webhooks throws(TwilioError) in try await api.updateNumberWebhook(sid, webhooks)
            },
            releasePhoneNumber: { sid throws(TwilioError) in try await api.releasePhoneNumber(sid) },
            getPhoneNumberDetails: { sid throws(TwilioError) in try await api.getPhoneNumberDetails(sid) },
            listAllPhoneNumbers: { number throws(TwilioError) in try await api.listAllPhoneNumbers(number) })
    }
}

extension TwilioAPI {
    private static let numbersPerPage = 100
    private static let maximumPages = 10

    func searchAvailableNumbers(_ search: TwilioNumberSearch) async throws(TwilioError) -> [TwilioAvailableNumber] {
        guard search.country.utf8.count == 2, search.country.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw TwilioError(kind: .permanent, reason: "A country is two capital letters, like US.")
        }
        var query = FormFields([("SmsEnabled", "true"), ("PageSize", String(min(max(search.limit, 1), 50)))])
        if let areaCode = search.areaCode { query.add("AreaCode", areaCode) }
        if let contains = search.contains { query.add("Contains", contains) }
        let address = url("AvailablePhoneNumbers/\(search.country)/\(search.kind.rawValue).json", query)
        let answer: [UInt8]
        do {
            answer = try await transport.get(address)
        } catch  where error.httpStatus == 404 {
            // Twilio sells no numbers of this kind there.
            return []
        }
        let page = try transport.decode(AvailablePage.self, answer, .repeatable)
        return page.available_phone_numbers.prefix(50).map { TwilioAvailableNumber($0, country: search.country) }
    }

    func purchasePhoneNumber(
        _ number: String, _ friendlyName: String, _ papers: TwilioPapers, _ webhooks: TwilioWebhooks
    ) async throws(TwilioError) -> TwilioNumber {
        var form = FormFields([("PhoneNumber", number), ("FriendlyName", friendlyName.cut(to: 64))])
        if let address = papers.addressSID { form.add("AddressSid", address) }
        if let bundle = papers.bundleSID { form.add("BundleSid", bundle) }
        form.add(webhooks)
        let answer = try await transport.post(url("IncomingPhoneNumbers.json"), form, .once)
        return TwilioNumber(try transport.decode(NumberPayload.self, answer, .once))
    }

    func updateNumberWebhook(_ sid: String, _ webhooks: TwilioWebhooks) async throws(TwilioError) -> TwilioNumber {
        var form = FormFields()
        form.add(webhooks)
        let answer = try await transport.post(try url(ofNumber: sid), form, .repeatable)
        return TwilioNumber(try transport.decode(NumberPayload.self, answer, .repeatable))
    }

    /// A number that is gone already was released: the answer to an earlier try may have been lost.
    func releasePhoneNumber(_ sid: String) async throws(TwilioError) {
        do {
            try await transport.delete(try url(ofNumber: sid))
        } catch  where error.httpStatus == 404 {
            return
        }
    }

    func getPhoneNumberDetails(_ sid: String) async throws(TwilioError) -> TwilioNumber {
        let answer = try await transport.get(try url(ofNumber: sid))
        return TwilioNumber(try transport.decode(NumberPayload.self, answer, .repeatable))
    }

    func listAllPhoneNumbers(_ number: String?) async throws(TwilioError) -> [TwilioNumber] {
        var query = FormFields([("PageSize", String(Self.numbersPerPage))])
        if let number { query.add("PhoneNumber", number) }
        var next: String? = url("IncomingPhoneNumbers.json", query)
        var numbers: [TwilioNumber] = []
        for _ in 0..<Self.maximumPages {
            guard let address = next else { break }
            let page = try transport.decode(NumberPage.self, try await transport.get(address), .repeatable)
            numbers += page.incoming_phone_numbers.map(TwilioNumber.init)
            next = try nextPage(page.next_page_uri)
        }
        return Array(numbers.prefix(Self.numbersPerPage * Self.maximumPages))
    }

    /// A page's link is relative; followed only inside our account, with our credentials.
    private func nextPage(_ link: String?) throws(TwilioError) -> String? {
        guard let link, !link.isEmpty else { return nil }
        guard link.hasPrefix("\(accountPath)/IncomingPhoneNumbers.json?") else {
            throw TwilioError(kind: .permanent, reason: "Twilio's next page lies outside our account.")
        }
        return apiBaseURL + link
    }

    /// An id goes into a path only if it is one: `PN` and 32 hexadecimal digits.
    private func url(ofNumber sid: String) throws(TwilioError) -> String {
        guard sid.hasPrefix("PN"), sid.utf8.count == 34,
            sid.dropFirst(2).utf8.allSatisfy({
                (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0)
            })
        else { throw TwilioError(kind: .permanent, reason: "That is not the id of a number.") }
        return url("IncomingPhoneNumbers/\(sid).json")
    }
}

extension FormFields {
    fileprivate mutating func add(_ webhooks: TwilioWebhooks) {
        add("SmsUrl", webhooks.inbound)
        add("SmsMethod", "POST")
        // Twilio delivers once; to the same place again when that failed is a second chance for a database that is away.
        add("SmsFallbackUrl", webhooks.inbound)
        add("SmsFallbackMethod", "POST")
        add("StatusCallback", webhooks.status)
        add("StatusCallbackMethod", "POST")
    }
}

private struct AvailablePage: Decodable {
    let available_phone_numbers: [AvailablePayload]
}

private struct AvailablePayload: Decodable {
    /// Local numbers write `SMS` and `MMS`, the published description `sms` and `mms`: read without regard to case.
    struct Capabilities: Decodable {
        let flags: [String: Bool]

        init(from decoder: any Decoder) throws {
            let given = try decoder.singleValueContainer().decode([String: Bool].self)
            flags = Dictionary(given.map { ($0.key.lowercased(), $0.value) }) { $0 || $1 }
        }
    }

    let phone_number: String
    let friendly_name: String?
    let locality: String?
    let region: String?
    let iso_country: String?
    let capabilities: Capabilities?
    let address_requirements: String?
}

private struct NumberPage: Decodable {
    let incoming_phone_numbers: [NumberPayload]
    let next_page_uri: String?
}

private struct NumberPayload: Decodable {
    let sid: String
    let phone_number: String
    let friendly_name: String?
    let sms_url: String?
}

extension TwilioAvailableNumber {
    fileprivate init(_ payload: AvailablePayload, country: String) {
        let flags = payload.capabilities?.flags ?? [:]
        self.init(
            phoneNumber: payload.phone_number, friendlyName: payload.friendly_name ?? payload.phone_number,
            locality: payload.locality, region: payload.region, country: payload.iso_country ?? country,
            sms: flags["sms"] ?? false, mms: flags["mms"] ?? false, voice: flags["voice"] ?? false,
            addressRequirement: payload.address_requirements.map { .init(rawValue: $0) ?? .any } ?? .none)
    }
}

extension TwilioNumber {
    fileprivate init(_ payload: NumberPayload) {
        self.init(
            sid: payload.sid, phoneNumber: payload.phone_number,
            friendlyName: payload.friendly_name ?? payload.phone_number,
            inboundWebhook: payload.sms_url.flatMap { $0.isEmpty ? nil : $0 })
    }
}
