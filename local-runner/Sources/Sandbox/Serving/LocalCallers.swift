import Web

/// Who may use what this sandbox has of its own (its controls, the phone): programs of this machine, and the pages it serves itself.
///
/// A page of another site reaches loopback too: by its address, then it says where it comes from (`Origin`), or by a name of its own that it
/// points here ("DNS rebinding"), then that name is the host.
struct LocalCallers: Sendable {
    private static let loopback = ["127.0.0.1", "localhost", "::1"]
    private let publicHost: String

    init(publicURL: String) {
        publicHost = Self.name(Self.authority(of: publicURL))
    }

    /// The simulated providers are no part of it: their callers are functions, which authenticate.
    func check(_ request: Web.Request) throws(Fault) {
        guard request.path == "/sandbox" || request.path.hasPrefix("/sandbox/") else { return }
        let host = (request.headers["host"] ?? "127.0.0.1").lowercased()
        let name = Self.name(host)
        guard Self.loopback.contains(name) || name == publicHost else {
            throw .forbidden("Ask for 127.0.0.1, or for the host of PUBLIC_URL.")
        }
        guard let origin = request.headers["origin"] else { return }
        guard Self.authority(of: origin) == host else { throw .forbidden("Not from another site.") }
    }

    private static func authority(of url: String) -> String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return rest.prefix { $0 != "/" }.lowercased()
    }

    private static func name(_ authority: String) -> String {
        authority.hasPrefix("[")
            ? String(authority.dropFirst().prefix { $0 != "]" }) : String(authority.prefix { $0 != ":" })
    }
}
