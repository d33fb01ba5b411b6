import FoundationEssentials
import NIOHTTP1
import Web

extension Request {
    init(head: HTTPRequestHead) {
        let halves = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let fields = head.headers.map { (name: $0.name.lowercased(), value: $0.value) }
        self.init(
            method: Method(rawValue: head.method.rawValue) ?? .options, path: String(halves[0]),
            rawQuery: halves.count > 1 ? String(halves[1]) : "", headers: Headers(fields),
            cookies: Cookies.parse(head.headers["cookie"]),
            requestID: head.headers.first(name: "x-request-id").map { String($0.prefix(100)) } ?? UUID().uuidString)
    }
}
