import Environment

/// What every function of this host shares.
struct HostSettings: Sendable {
    /// The host's own environment plus what `up` computed; each function gets its part of it.
    private let passed: PassedVariables
    /// For what functions write.
    let filter: SecretFilter
    var region = "us-east-1"
    var account = "000000000000"
    /// Seconds without work after which a process beyond the warm ones is ended.
    var idleSeconds: Double
    /// Seconds between the memory checks of running processes.
    var memoryCheckSeconds: Double = 0.25

    init(environment: [String: String] = [:], idleSeconds: Double = 300) {
        passed = PassedVariables(environment)
        let control = Variable.invokeURL.set(in: environment)?.split(separator: "/").last.map(String.init)
        filter = SecretFilter(passed.hidden + [control].compactMap { $0 })
        self.idleSeconds = idleSeconds
        if let region = Variable.region.set(in: environment) { self.region = region }
    }

    func arn(_ function: String) -> String {
        "arn:aws:lambda:\(region):\(account):function:\(function)"
    }

    /// Environment of a persistent process: what functions get, without what belongs to the Runtime API.
    func environment(forPersistent entry: Catalog.Entry, port: Int) -> [String: String] {
        var values = passed.values(for: entry.manifest)
        for name in FunctionManifest.reserved { values[name] = nil }
        values.merge(entry.manifest.env) { $1 }
        values[Variable.port.name] = String(port)
        values.merge(Self.common) { $1 }
        return values
    }

    /// GnuTLS comes with libldap, which comes with libpq and has nothing to do here: unasked it sets itself up when it is loaded, which
    /// takes half a megabyte. (A process can't say so by itself: Swift looks for its arguments beside the first environment.)
    private static let common = ["TZ": "UTC", "GNUTLS_NO_IMPLICIT_INIT": "1"]

    /// Environment of one process.
    func environment(for entry: Catalog.Entry, runtimeAPI: String, stream: String, isWarm: Bool) -> [String: String] {
        let manifest = entry.manifest
        var values = passed.values(for: manifest)
        for name in FunctionManifest.reserved { values[name] = nil }
        values.merge(manifest.env) { $1 }
        values.merge([
            Variable.runtimeAPI.name: runtimeAPI,
            Variable.readsAhead.name: "1",
            "_HANDLER": manifest.handler ?? manifest.name,
            "LAMBDA_TASK_ROOT": entry.folder,
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "AWS_LAMBDA_FUNCTION_NAME": manifest.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": String(manifest.memoryMB),
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/\(manifest.name)",
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "AWS_LAMBDA_INITIALIZATION_TYPE": isWarm ? "provisioned-concurrency" : "on-demand",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            // SDKs want some; nothing here checks them.
            "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local",
        ]) { $1 }
        values.merge(Self.common) { $1 }
        return values
    }
}
