import Cryptography
import Web

/// Who may use what this sandbox has of its own (its controls, the phone): pages that it serves itself, and whoever holds its key.
///
/// A page of another site reaches loopback too: by its address, then it says where it comes from (`Origin`), or by a name of its own that it
/// points here ("DNS rebinding"), then that name is the host. And loopback is no person: any user of this machine reaches it. The files
/// of the phone page and the sample attachments, which functions fetch, tell nobody anything.
struct LocalCallers: Sendable {
    /// Of the browser that has opened the phone's link.
    static let cookie = "parley_sandbox"
    /// Of a program.
    static let header = "x-sandbox-key"
    /// In the phone's link.
    static let parameter = "key"
    private static let cookieSeconds = 30 * 86_400

    private static let loopback = ["127.0.0.1", "localhost", "::1"]
    private static let keyless = ["phone", "samples"]
    private let publicHost: String
    private let key: String

    init(publicURL: String, key: String) {
        publicHost = hostName(of: Self.authority(of: publicURL))
        self.key = key
    }

    /// The simulated providers are no part of it: their callers are functions, which authenticate. The path is read as the routes
    /// read it.
    func check(_ request: Web.Request) throws(Fault) {
        let parts = Route.parts(of: request.path)
        guard parts.first == "sandbox" else { return }
        try checkSite(request)
        guard let part = parts.dropFirst().first, !Self.keyless.contains(String(part)) else { return }
        guard isKey(request.headers[Self.header]) || isKey(request.cookies[Self.cookie]) else {
            throw Fault(
                status: 401, code: "key-needed",
                detail: "Open the phone with the link that Parley prints at its start; a program says \(Self.header).")
        }
    }

    private func checkSite(_ request: Web.Request) throws(Fault) {
        let host = (request.headers["host"] ?? "127.0.0.1").lowercased()
        let name = hostName(of: host)
        guard Self.loopback.contains(name) || name == publicHost else {
            throw .forbidden("Ask for 127.0.0.1, or for the host of PUBLIC_URL.")
        }
        if let origin = request.headers["origin"], Self.authority(of: origin) != host {
            throw .forbidden("Not from another site.")
        }
        let site = request.headers["sec-fetch-site"] ?? "none"
        let reads = [Web.Request.Method.get, .head, .options].contains(request.method)
        guard reads || site == "none" || site == "same-origin" else { throw .forbidden("Not from another site.") }
    }

    /// The phone's link, opened: the browser keeps the key, and the address it goes on to has none. `nil` for anything else.
    func opened(_ request: Web.Request) -> Web.Response? {
        guard request.method == .get, [["sandbox"], ["sandbox", "phone"]].contains(Route.parts(of: request.path)),
            let query = FormFields(decoding: request.rawQuery.utf8), isKey(query.all(Self.parameter).first)
        else { return nil }
        var cookie = SetCookie(Self.cookie, key, maxAge: Self.cookieSeconds, isSecure: false)
        cookie.path = "/sandbox"
        cookie.sameSite = .strict
        let rest = request.rawQuery.split(separator: "&").filter { !$0.hasPrefix("\(Self.parameter)=") }
        let location = "/sandbox/phone" + (rest.isEmpty ? "" : "?" + rest.joined(separator: "&"))
        return Response(
            status: 302,
            headers: Headers([
                (name: "location", value: location), (name: "set-cookie", value: cookie.text),
                (name: "cache-control", value: "no-store"), (name: "referrer-policy", value: "no-referrer"),
            ]))
    }

    private func isKey(_ given: String?) -> Bool {
        given.map { equalInConstantTime($0.utf8, key.utf8) } ?? false
    }

    private static func authority(of url: String) -> String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return rest.prefix { $0 != "/" }.lowercased()
    }
}
