import Domain
import Outbound

/// How one family of providers writes requests and answers. Pure: bytes to values and back.
protocol Dialect: Sendable {
    /// - Parameter request: its messages alternate already.
    func request(_ request: ModelRequest, key: String) -> OutboundRequest
    /// - Parameter body: of a 2xx answer.
    func answer(_ body: JSON, to request: ModelRequest) throws(ModelError) -> ModelAnswer
    /// What is particular to this family about an answer that is none of 2xx; `nil` leaves it to its status.
    func failure(status: Int, body: JSON, headers: RetryHeaders) -> ModelError?
}

/// What an answer's headers say about trying again.
struct RetryHeaders: Sendable, Equatable {
    /// Seconds.
    var after: Double?
    /// Anthropic's `x-should-retry`.
    var shouldRetry: Bool?

    init(after: Double? = nil, shouldRetry: Bool? = nil) {
        self.after = after
        self.shouldRetry = shouldRetry
    }

    /// `retry-after-ms`, else `retry-after` in seconds or as a date, counted from the answer's own `date`.
    init(_ response: OutboundResponse) {
        shouldRetry = response.header("x-should-retry").flatMap { ["true": true, "false": false][$0.lowercased()] }
        if let milliseconds = response.header("retry-after-ms").flatMap({ Double($0) }), milliseconds.isFinite {
            after = max(0, milliseconds / 1000)
        } else if let text = response.header("retry-after") {
            after = Self.seconds(text, date: response.header("date"))
        }
    }

    private static func seconds(_ text: String, date: String?) -> Double? {
        if let seconds = Double(text) { return seconds.isFinite ? max(0, seconds) : nil }
        guard let until = HTTPDate.seconds(text), let now = date.flatMap(HTTPDate.seconds) else { return nil }
        return Double(max(0, until - now))
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7), as seconds since 1970.
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    static func seconds(_ text: String) -> Int? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "," }).map(String.init)
        guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]), let month = months.firstIndex(of: parts[2]),
            let year = Int(parts[3]), let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6]),
            year >= 1970, let date = LocalDate(year: year, month: month + 1, day: day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return (date.daysSince1970 * 24 + hour) * 3600 + minute * 60 + second
    }
}

extension OutboundRequest {
    static func json(_ url: String, headers: [(name: String, value: String)], body: JSON, timeout: Double)
        -> OutboundRequest
    {
        OutboundRequest(
            method: "POST", url: url,
            headers: headers + [("Accept", "application/json"), ("Content-Type", "application/json")],
            body: body.bytes, timeout: timeout, maximumResponse: 1 << 20)
    }
}
