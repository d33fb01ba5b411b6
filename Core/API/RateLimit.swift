import Access
import Domain
import FoundationEssentials
import Store
import Web

/// How often an endpoint may be called by one user, for one organization or from one address.
package struct RateLimit: Sendable, Equatable {
    package enum Subject: String, Sendable {
        case user, organization, address
    }

    package let subject: Subject
    package let count: Int
    package let seconds: Int

    /// `.per(.user, 10, .day)`
    package static func per(_ subject: Subject, _ count: Int, _ window: Window) -> RateLimit {
        RateLimit(subject: subject, count: count, seconds: window.rawValue)
    }

    package enum Window: Int, Sendable {
        case minute = 60
        case hour = 3_600
        case day = 86_400
    }

    var sentence: String {
        let window = Window(rawValue: seconds).map { "\($0)" } ?? "\(seconds) seconds"
        return "At most \(count) a \(window) for each \(subject.rawValue)."
    }
}

extension [RateLimit] {
    /// - Throws: 429 with the seconds to wait.
    func take<Caller>(_ declaration: String, _ request: Request, _ admitted: Admitted<Caller>, _ api: APIEnvironment)
        async throws
    {
        guard !isEmpty else { return }
        let uses = compactMap { limit in
            limit.name(request, admitted).map {
                RateStore.Use(
                    subject: "\(limit.subject) \($0) \(declaration) \(limit.seconds)", limit: limit.count,
                    seconds: limit.seconds)
            }
        }
        let wait = try await api.rates.take(uses, at: api.clock.now())
        if wait > 0 { throw Fault.tooManyTries(retryAfter: wait) }
    }
}

extension RateLimit {
    /// `nil` when the caller has no such thing: nothing is counted.
    fileprivate func name<Caller>(_ request: Request, _ admitted: Admitted<Caller>) -> String? {
        switch subject {
        case .user: admitted.user?.text
        case .organization: admitted.organization?.text
        case .address: countedAddress(request.sourceIP)
        }
    }
}
