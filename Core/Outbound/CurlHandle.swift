import Blocking
import CCurl

/// One easy handle on a queue of its own. It keeps its connections open between requests; one request at a time.
actor CurlHandle {
    /// Seconds a connection may take, within the request's own time-out (SDKs of model providers connect in 5 s).
    private static let connectTimeout = 5.0
    /// Seconds an idle connection may be used again: load balancers drop them after a minute.
    private static let maximumIdle = 50

    private let executor = QueueExecutor(label: "curl")
    private let curl: CurlLibrary
    private let handle: UnsafeMutableRawPointer
    private let authorities: String?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init?(curl: CurlLibrary, authorities: String?) {
        guard let handle = curl.makeHandle() else { return nil }
        self.curl = curl
        self.handle = handle
        self.authorities = authorities
    }

    isolated deinit {
        curl.destroyHandle(handle)
    }

    /// One request and its answer; a redirect is an answer. Blocks this handle's queue for at most `request.timeout`.
    func perform(
        _ request: OutboundRequest, to target: Target, allowsPrivate: Bool, cancellation: Cancellation
    ) -> Result<Hop, OutboundError> {
        let exchange = CurlExchange(request, allowsPrivate: allowsPrivate, cancellation: cancellation)
        var list: CurlLibrary.List?
        for line in headerLines(request) { list = curl.append(list, line) ?? list }
        defer { curl.destroyList(list) }
        curl.reset(handle)
        set(CURLOPT_URL, target.url)
        set(CURLOPT_HTTPHEADER, pointer: list)
        setLimits(request)
        setMethod(request)
        setCallbacks(exchange)
        let code = withExtendedLifetime(exchange) { curl.perform(handle) }
        if code == CURLE_OK || exchange.isCut { return .success(hop(exchange)) }
        return .failure(failure(code, exchange))
    }

    private func headerLines(_ request: OutboundRequest) -> [String] {
        // "Expect:" takes libcurl's own header away: waiting for 100 Continue costs a round trip. An empty value needs ";".
        let own = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" } + ["Expect:"]
        let hasType = request.headers.contains { $0.name.lowercased() == "content-type" }
        return hasType ? own : own + ["Content-Type:"]
    }

    private func setLimits(_ request: OutboundRequest) {
        let milliseconds = max(1, Int(request.timeout * 1000))
        set(CURLOPT_TIMEOUT_MS, milliseconds)
        set(CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, Int(Self.connectTimeout * 1000)))
        set(CURLOPT_MAXAGE_CONN, Self.maximumIdle)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let authorities {
            set(CURLOPT_CAINFO, authorities)
            // The distribution's folder would be believed beside it.
            set(CURLOPT_CAPATH, pointer: nil)
        }
        // An empty string also switches off http_proxy and its siblings: the guard must see the real address.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_USERAGENT, "Parley/1.0")
    }

    private func setMethod(_ request: OutboundRequest) {
        let length = request.upload?.length ?? request.body.count
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else if length == 0 && request.method != "POST" {
            set(CURLOPT_HTTPGET, 1)
        } else {
            set(CURLOPT_POST, 1)
            _ = parley_curl_set_size(curl.setOption, handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(length))
        }
        set(CURLOPT_CUSTOMREQUEST, request.method)
        // libcurl sends a request again by itself when a kept connection closes without an answer, even a POST that may
        // have been acted on. A body it can't rewind stops that; a POST without one takes a new connection.
        if request.method == "POST" && length == 0 { set(CURLOPT_FRESH_CONNECT, 1) }
    }

    private func setCallbacks(_ exchange: CurlExchange) {
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        for (function, data, callback) in [
            (CURLOPT_WRITEFUNCTION, CURLOPT_WRITEDATA, CurlCallback.write),
            (CURLOPT_HEADERFUNCTION, CURLOPT_HEADERDATA, CurlCallback.header),
            (CURLOPT_READFUNCTION, CURLOPT_READDATA, CurlCallback.read),
        ] {
            _ = parley_curl_set_transfer(curl.setOption, handle, function, callback)
            set(data, pointer: context)
        }
        _ = parley_curl_set_open_socket(curl.setOption, handle, CurlCallback.openSocket)
        set(CURLOPT_OPENSOCKETDATA, pointer: context)
        _ = parley_curl_set_progress(curl.setOption, handle, CurlCallback.progress)
        set(CURLOPT_XFERINFODATA, pointer: context)
        set(CURLOPT_NOPROGRESS, 0)
    }

    private func hop(_ exchange: CurlExchange) -> Hop {
        var location: UnsafeMutablePointer<CChar>?
        _ = parley_curl_get_string(curl.getInfo, handle, CURLINFO_REDIRECT_URL, &location)
        let response = OutboundResponse(
            status: number(CURLINFO_RESPONSE_CODE), headers: exchange.headers, body: exchange.body)
        return Hop(response: response, location: location.map { String(cString: $0) })
    }

    private func failure(_ code: CURLcode, _ exchange: CurlExchange) -> OutboundError {
        let detail = curl.message(code).map { String(cString: $0) } ?? ""
        // Bytes of request that were sent on the last connection.
        let wasSent = number(CURLINFO_REQUEST_SIZE) > 0
        if exchange.isTooLarge { return OutboundError(.tooLarge, detail: "more than the limit came back") }
        if !wasSent && exchange.refusedAddress { return OutboundError(.forbiddenAddress, detail: "a private address") }
        guard wasSent else { return OutboundError(.unreachable, detail: detail) }
        switch code {
        case CURLE_OPERATION_TIMEDOUT: return OutboundError(.timedOut, detail: detail)
        case CURLE_ABORTED_BY_CALLBACK: return OutboundError(.timedOut, detail: "cancelled")
        default: return OutboundError(.broken, detail: detail)
        }
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        _ = parley_curl_get_long(curl.getInfo, handle, info, &value)
        return value
    }

    private func set(_ option: CURLoption, _ value: Int) {
        _ = parley_curl_set_long(curl.setOption, handle, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) {
        _ = parley_curl_set_string(curl.setOption, handle, option, value)
    }

    private func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
        _ = parley_curl_set_pointer(curl.setOption, handle, option, pointer)
    }
}

/// One answer, and where it points if it is a redirect.
struct Hop: Sendable {
    var response: OutboundResponse
    var location: String?
}
