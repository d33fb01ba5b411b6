import FoundationEssentials

/// What is wrong with submitted business hours, and where.
package struct BusinessHoursError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Path inside the JSON as the client wrote it: `week.mon[0].from`; empty for the whole value.
    package let field: String
    /// Safe to show.
    package let detail: String

    package var description: String { field.isEmpty ? detail : "\(field): \(detail)" }
}

extension BusinessHours {
    static let maximumWindowsPerDay = 12
    static let maximumHolidays = 400

    /// Reads `{"enabled":true,"week":{"mon":[{"from":"09:00","to":"17:00"}]},"holidays":["2026-12-25"]}`. `week` and
    /// `holidays` may be missing; unknown names are refused, because a misspelt day would silently close it.
    package init(json: some Collection<UInt8>) throws(BusinessHoursError) {
        let form: Form
        do {
            form = try JSONDecoder().decode(Form.self, from: Data(json))
        } catch let error as DecodingError {
            throw BusinessHoursError(error)
        } catch {
            throw BusinessHoursError(field: "", detail: "This is not JSON.")
        }
        try self.init(form)
    }

    /// The stored form: days in the order of the week, holidays sorted, so that equal hours are equal bytes.
    package var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A dictionary of strings always encodes.
        return (try? encoder.encode(Form(self))).map(Array.init) ?? []
    }

    private init(_ form: Form) throws(BusinessHoursError) {
        var week: [Weekday: [Window]] = [:]
        for (name, windows) in (form.week ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let day = Weekday(rawValue: name) else {
                throw BusinessHoursError(
                    field: "week.\(name)", detail: "Days are mon, tue, wed, thu, fri, sat and sun.")
            }
            week[day] = try Self.windows(windows, of: name)
        }
        self.init(isEnabled: form.enabled, week: week, holidays: try Self.holidays(form.holidays ?? []))
    }

    private static func windows(_ forms: [Form.Window], of day: String) throws(BusinessHoursError) -> [Window] {
        guard forms.count <= maximumWindowsPerDay else {
            throw BusinessHoursError(field: "week.\(day)", detail: "At most \(maximumWindowsPerDay) windows a day.")
        }
        var windows: [Window] = []
        for (index, form) in forms.enumerated() {
            windows.append(try window(form, at: "week.\(day)[\(index)]"))
        }
        return windows
    }

    private static func window(_ form: Form.Window, at path: String) throws(BusinessHoursError) -> Window {
        guard let from = ClockTime(form.from), from.minute < 1440 else {
            throw BusinessHoursError(field: "\(path).from", detail: "Write a time from 00:00 to 23:59.")
        }
        guard let to = ClockTime(form.to) else {
            throw BusinessHoursError(field: "\(path).to", detail: "Write a time from 00:00 to 24:00.")
        }
        guard let window = Window(from: from.minute, to: to.minute) else {
            throw BusinessHoursError(
                field: "\(path).to", detail: "It must differ from `from`; a whole day is 00:00 to 24:00.")
        }
        return window
    }

    private static func holidays(_ texts: [String]) throws(BusinessHoursError) -> Set<LocalDate> {
        guard texts.count <= maximumHolidays else {
            throw BusinessHoursError(field: "holidays", detail: "At most \(maximumHolidays) holidays.")
        }
        var dates: Set<LocalDate> = []
        for (index, text) in texts.enumerated() {
            guard let date = LocalDate(text) else {
                throw BusinessHoursError(
                    field: "holidays[\(index)]", detail: "Write a date that exists, like 2026-12-25.")
            }
            dates.insert(date)
        }
        return dates
    }
}

/// The JSON as it is, before any rule.
private struct Form: Codable {
    struct Window: Codable {
        var from: String
        var to: String

        init(from: String, to: String) {
            self.from = from
            self.to = to
        }

        init(from decoder: any Decoder) throws {
            try refuseUnknownNames(in: decoder, known: ["from", "to"])
            let container = try decoder.container(keyedBy: Name.self)
            from = try container.decode(String.self, forKey: Name("from"))
            to = try container.decode(String.self, forKey: Name("to"))
        }
    }

    var enabled: Bool
    var week: [String: [Window]]?
    var holidays: [String]?

    init(_ hours: BusinessHours) {
        enabled = hours.isEnabled
        var days: [String: [Window]] = [:]
        for (day, windows) in hours.week {
            days[day.rawValue] = windows.map { Window(from: ClockTime($0.from).text, to: ClockTime($0.to).text) }
        }
        week = days
        holidays = hours.holidays.sorted().map(\.text)
    }

    init(from decoder: any Decoder) throws {
        try refuseUnknownNames(in: decoder, known: ["enabled", "week", "holidays"])
        let container = try decoder.container(keyedBy: Name.self)
        enabled = try container.decode(Bool.self, forKey: Name("enabled"))
        week = try container.decodeIfPresent([String: [Window]].self, forKey: Name("week"))
        holidays = try container.decodeIfPresent([String].self, forKey: Name("holidays"))
    }
}

private func refuseUnknownNames(in decoder: any Decoder, known: Set<String>) throws {
    let container = try decoder.container(keyedBy: Name.self)
    guard let unknown = container.allKeys.map(\.stringValue).sorted().first(where: { !known.contains($0) }) else {
        return
    }
    throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath + [Name(unknown)], debugDescription: "There is no such field."))
}

private struct Name: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ text: String) {
        stringValue = text
        intValue = nil
    }
    init?(stringValue: String) {
        self.init(stringValue)
    }
    init?(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

extension BusinessHoursError {
    fileprivate init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(field: fieldPath(context.codingPath + [key]), detail: "This field is required.")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            self.init(field: fieldPath(context.codingPath), detail: "This field has the wrong type.")
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            self.init(field: "", detail: "This is not JSON.")
        case .dataCorrupted(let context):
            self.init(field: fieldPath(context.codingPath), detail: "There is no such field.")
        @unknown default:
            self.init(field: "", detail: "These business hours can't be read.")
        }
    }
}

private func fieldPath(_ path: [any CodingKey]) -> String {
    path.reduce("") { text, key in
        if let index = key.intValue { return "\(text)[\(index)]" }
        return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
    }
}
