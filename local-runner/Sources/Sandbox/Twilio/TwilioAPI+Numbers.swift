import FoundationEssentials
import Web

private let kinds = ["Local", "Mobile", "TollFree"]

extension TwilioAPI {
    var numberEndpoints: [Endpoint] {
        let base = "/2010-04-01/Accounts/{account}"
        return [
            guarded("GET \(base)/AvailablePhoneNumbers/{country}/{kind}", .numbers, search),
            guarded("GET \(base)/IncomingPhoneNumbers.json", .numbers, listNumbers),
            guarded("POST \(base)/IncomingPhoneNumbers.json", .numbers, buy),
            guarded("GET \(base)/IncomingPhoneNumbers/{sid}", .numbers) { .json(json(try await findNumber($0))) },
            guarded("POST \(base)/IncomingPhoneNumbers/{sid}", .numbers, changeNumber),
            guarded("DELETE \(base)/IncomingPhoneNumbers/{sid}", .numbers, release),
        ]
    }

    // MARK: Search

    private func search(_ request: Web.Request) async throws -> Reply {
        let country = request.pathParameter("country")
        guard let kind = request.resource("kind"), kinds.contains(kind),
            let plan = NumberPlan.all.first(where: { $0.country == country })
        else { throw TwilioRefusal.notFound(request.path) }
        let query = try request.queryForm()
        let taken = Set(await twilio.numbers.keys)
        let free = plan.candidates(areaCode: query["AreaCode"]).filter { candidate in
            !taken.contains(candidate.number) && NumberPlan.matches(candidate.number, pattern: query["Contains"])
                && (query["InRegion"].map { $0 == candidate.region } ?? true)
                && (query["InLocality"].map { $0.lowercased() == candidate.locality.lowercased() } ?? true)
        }
        let size = min(max(query["PageSize"].flatMap { Int($0) } ?? 50, 1), 1_000)
        return .json([
            "available_phone_numbers": .array(free.prefix(size).map { json($0, plan) }), "uri": .string(request.path),
        ])
    }

    private func json(_ candidate: NumberPlan.Candidate, _ plan: NumberPlan) -> JSONValue {
        [
            "address_requirements": .string(plan.addressRequirements), "beta": false, "capabilities": capabilities,
            "friendly_name": .string(plan.friendlyName(candidate.number)), "iso_country": .string(plan.country),
            "lata": .null, "latitude": .null,
            "locality": candidate.locality.isEmpty ? .null : .string(candidate.locality),
            "longitude": .null, "phone_number": .string(candidate.number), "postal_code": .null, "rate_center": .null,
            "region": candidate.region.isEmpty ? .null : .string(candidate.region),
        ]
    }

    private var capabilities: JSONValue { ["MMS": true, "SMS": true, "fax": false, "voice": true] }

    // MARK: Owned numbers

    private func listNumbers(_ request: Web.Request) async throws -> Reply {
        let query = try request.queryForm()
        let found = await twilio.numbers.values.filter { number in
            (query["PhoneNumber"].map { NumberPlan.matches(number.phoneNumber, pattern: $0) } ?? true)
                && (query["FriendlyName"].map { $0 == number.friendlyName } ?? true)
        }.sorted { ($1.createdAt, $0.phoneNumber) < ($0.createdAt, $1.phoneNumber) }
        return .json(try TwilioPage.json("incoming_phone_numbers", found.map(json), request: request))
    }

    private func findNumber(_ request: Web.Request) async throws -> OwnedNumber {
        let sid = request.resource("sid")
        guard let number = await twilio.numbers.values.first(where: { $0.sid == sid }) else {
            throw TwilioRefusal.notFound(request.path)
        }
        return number
    }

    private func buy(_ request: Web.Request) async throws -> Reply {
        let form = try request.postedForm()
        let number = try await chosenNumber(form)
        guard isE164(number) else { throw TwilioRefusal(21421) }
        let settings = try NumberSettings(form)
        try checkPapers(form, for: number)
        guard let bought = await twilio.buy(number, settings) else { throw TwilioRefusal(21422) }
        return .json(json(bought), status: 201)
    }

    /// Any address and bundle will do: the sandbox keeps none.
    private func checkPapers(_ form: Form, for number: String) throws {
        guard let plan = NumberPlan.all.first(where: { number.hasPrefix($0.code) }) else { return }
        if plan.addressRequirements != "none", form["AddressSid"] == nil {
            throw TwilioRefusal(plan.addressRequirements == "local" ? 21615 : 21631)
        }
        if plan.needsBundle, form["BundleSid"] == nil { throw TwilioRefusal(21649) }
    }

    /// `PhoneNumber`, or any free number of the `AreaCode`.
    private func chosenNumber(_ form: Form) async throws -> String {
        if let number = form["PhoneNumber"] { return number }
        guard let area = form["AreaCode"] else { throw TwilioRefusal(21421, "PhoneNumber or AreaCode is required") }
        let plan = NumberPlan.all[0]
        let taken = await twilio.numbers
        guard let free = plan.candidates(areaCode: area).first(where: { taken[$0.number] == nil }) else {
            throw TwilioRefusal(21452)
        }
        return free.number
    }

    private func changeNumber(_ request: Web.Request) async throws -> Reply {
        let number = try await findNumber(request)
        let settings = try NumberSettings(try request.postedForm())
        guard let changed = await twilio.change(number.phoneNumber, settings) else {
            throw TwilioRefusal.notFound(request.path)
        }
        return .json(json(changed))
    }

    private func release(_ request: Web.Request) async throws -> Reply {
        await twilio.release(try await findNumber(request).phoneNumber)
        return .noContent
    }

    private func json(_ number: OwnedNumber) -> JSONValue {
        let account = configuration.twilioAccountSID
        return [
            "account_sid": .string(account), "address_requirements": "none", "address_sid": .null,
            "api_version": "2010-04-01", "beta": false, "bundle_sid": .null, "capabilities": capabilities,
            "date_created": TwilioDates.json(number.createdAt), "date_updated": TwilioDates.json(number.updatedAt),
            "emergency_address_sid": .null, "emergency_address_status": "unregistered", "emergency_status": "Inactive",
            "friendly_name": .string(number.friendlyName), "identity_sid": .null, "origin": "twilio",
            "phone_number": .string(number.phoneNumber), "sid": .string(number.sid), "sms_application_sid": .null,
            "sms_fallback_method": "POST", "sms_fallback_url": .null, "sms_method": .string(number.smsMethod),
            "sms_url": .text(number.smsURL), "status": "in-use", "status_callback": .text(number.statusCallback),
            "status_callback_method": "POST", "trunk_sid": .null, "type": "local",
            "uri": .string("/2010-04-01/Accounts/\(account)/IncomingPhoneNumbers/\(number.sid).json"),
            "voice_application_sid": .null, "voice_caller_id_lookup": false, "voice_fallback_method": "POST",
            "voice_fallback_url": .null, "voice_method": "POST", "voice_receive_mode": "voice", "voice_url": .null,
        ]
    }
}

/// The settings of a number that a purchase or an update may carry; absent ones stay as they are.
struct NumberSettings: Sendable {
    var friendlyName: String?
    var smsURL: String?
    var smsMethod: String?
    var statusCallback: String?

    init(_ form: Form) throws {
        friendlyName = form["FriendlyName"]
        smsURL = form["SmsUrl"]
        smsMethod = form["SmsMethod"]?.uppercased()
        statusCallback = form["StatusCallback"]
        for url in [smsURL, statusCallback].compactMap(\.self)
        where !url.hasPrefix("http://") && !url.hasPrefix("https://") {
            throw TwilioRefusal(21402, "Url is not a valid URL: \(url)")
        }
    }
}

extension SimulatedTwilio {
    /// `nil` when the number is taken.
    func buy(_ phoneNumber: String, _ settings: NumberSettings) -> OwnedNumber? {
        guard numbers[phoneNumber] == nil else { return nil }
        let now = clock.now
        let plan = NumberPlan.all.first { phoneNumber.hasPrefix($0.code) }
        let number = OwnedNumber(
            sid: sids.make("PN"), phoneNumber: phoneNumber,
            friendlyName: settings.friendlyName ?? plan?.friendlyName(phoneNumber) ?? phoneNumber,
            smsURL: settings.smsURL, smsMethod: settings.smsMethod ?? "POST", statusCallback: settings.statusCallback,
            createdAt: now, updatedAt: now)
        numbers[phoneNumber] = number
        save()
        changed()
        return number
    }

    func change(_ phoneNumber: String, _ settings: NumberSettings) -> OwnedNumber? {
        guard var number = numbers[phoneNumber] else { return nil }
        number.friendlyName = settings.friendlyName ?? number.friendlyName
        number.smsURL = settings.smsURL ?? number.smsURL
        number.smsMethod = settings.smsMethod ?? number.smsMethod
        number.statusCallback = settings.statusCallback ?? number.statusCallback
        number.updatedAt = clock.now
        numbers[phoneNumber] = number
        save()
        changed()
        return number
    }

    func name(_ phoneNumber: String, _ name: String) -> OwnedNumber? {
        numbers[phoneNumber]?.displayName = name
        save()
        changed()
        return numbers[phoneNumber]
    }

    func release(_ phoneNumber: String) {
        numbers[phoneNumber] = nil
        save()
        changed()
    }
}
