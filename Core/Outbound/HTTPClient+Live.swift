extension HTTPClient {
    /// Requests at once, enough for all jobs of a runner (`RunnerPace.places`), each with a model and a typing indicator: who waits
    /// here waits for other organizations' slow requests.
    package static let mostAtOnce = 64

    /// The client over libcurl: HTTP/1.1, TLS verified, connections kept, no proxy, at most `connections` requests at once.
    ///
    /// Redirects are followed here, hop by hop, so that each hop's address passes the guard and credentials stay with the
    /// host they were meant for. libcurl is loaded by the first request.
    ///
    /// - Parameters:
    ///   - allowedPrivate: `host:port` or base URLs that may be reached although their address is private: `EGRESS_ALLOW` and
    ///     the provider base URLs of the configuration.
    ///   - allowedForFiles: the same, for addresses that organizations choose (`isAddressForeign`): no provider's is among them by
    ///     itself.
    ///   - authorities: a PEM file of those that are trusted (`SSL_CERT_FILE`); `nil`: the system's. libcurl itself looks only where
    ///     the distribution that built it keeps them, which is elsewhere on Amazon Linux.
    package static func live(
        allowedPrivate: [String] = [], allowedForFiles: [String] = [], connections: Int = mostAtOnce,
        authorities: String? = nil
    ) -> HTTPClient {
        let client = LiveClient(
            guarding: EgressGuard(allowed: allowedPrivate), forFiles: EgressGuard(allowed: allowedForFiles),
            pool: HandlePool(limit: connections, authorities: authorities))
        return HTTPClient { request async throws(OutboundError) in try await client.send(request) }
    }
}

private final class LiveClient: Sendable {
    private let egress: EgressGuard
    private let egressForFiles: EgressGuard
    private let pool: HandlePool

    init(guarding egress: EgressGuard, forFiles egressForFiles: EgressGuard, pool: HandlePool) {
        self.egress = egress
        self.egressForFiles = egressForFiles
        self.pool = pool
    }

    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        try check(request)
        guard let curl = CurlLibrary.shared else {
            throw OutboundError(.unreachable, detail: "libcurl.so.4 can't be loaded")
        }
        let deadline = ContinuousClock.now + .seconds(request.timeout)
        var request = request
        var target = try Target(request.url, curl: curl)
        for _ in 0...max(0, request.redirects) {
            request.timeout = seconds(until: deadline)
            let hop = try await perform(request, to: target, with: curl)
            guard request.redirects > 0, Redirect.isRedirect(hop.response.status), let location = hop.location else {
                return hop.response
            }
            let next = try Target(location, curl: curl)
            request = try Redirect.follow(request, status: hop.response.status, from: target, to: next)
            target = next
        }
        throw OutboundError(.tooManyRedirects)
    }

    private func perform(_ request: OutboundRequest, to target: Target, with curl: CurlLibrary)
        async throws(OutboundError) -> Hop
    {
        let deadline = ContinuousClock.now + .seconds(request.timeout)
        guard request.timeout > 0, let handle = await pool.lease(from: curl, within: request.timeout) else {
            throw OutboundError(.unreachable, detail: "no connection became free in time")
        }
        defer { pool.release(handle) }
        var request = request
        request.timeout = max(0.001, seconds(until: deadline))
        let cancellation = Cancellation()
        let allowsPrivate = (request.isAddressForeign ? egressForFiles : egress).mayReachPrivate(
            host: target.host, port: target.port)
        let result = await withTaskCancellationHandler {
            await handle.perform(request, to: target, allowsPrivate: allowsPrivate, cancellation: cancellation)
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }

    /// What would change the meaning of the request on the wire is refused, not escaped.
    private func check(_ request: OutboundRequest) throws(OutboundError) {
        let isToken = !request.method.isEmpty && request.method.utf8.allSatisfy { (0x41...0x5a).contains($0) }
        guard isToken else { throw OutboundError(.badURL, detail: "the method is malformed") }
        for header in request.headers {
            let isName = !header.name.isEmpty && header.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3a }
            let isValue = header.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
            guard isName, isValue else { throw OutboundError(.badURL, detail: "a header holds control characters") }
        }
    }

    private func seconds(until deadline: ContinuousClock.Instant) -> Double {
        let left = ContinuousClock.now.duration(to: deadline).components
        return Double(left.seconds) + Double(left.attoseconds) / 1e18
    }
}
