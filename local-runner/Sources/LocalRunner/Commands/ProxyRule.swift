import Environment

/// Somebody stands in front where the world speaks TLS, or comes to another address than the one that is listened on. Unless that
/// proxy is named, all visitors have its address: limits meet everybody at once, and one of them locks the others out.
struct ProxyRule {
    let environment: [String: String]
    /// What HTTP is listened on.
    let address: String

    func check() throws(StartError) {
        guard let url = Variable.publicURL.set(in: environment).flatMap({ WebAddress($0) }),
            Variable.trustedProxies.set(in: environment) == nil
        else { return }
        let isElsewhere = !url.isOfThisMachine && WebAddress.isOfThisMachine(address)
        guard url.scheme == "https" || isElsewhere else { return }
        throw StartError(
            "PUBLIC_URL says that a proxy stands before Parley, so TRUSTED_PROXIES must name its address (127.0.0.1 for"
                + " one on this machine): otherwise every visitor counts as one")
    }
}
