/// How functions work, and what their host tells them.
extension Variable {
    package static let logLevel = Variable(
        "LOG_LEVEL", "trace, debug, info, notice, warning, error or critical", otherwise: "info",
        readers: [.functions, .persistent])
    package static let debounce = Variable(
        "DEBOUNCE_SECONDS", as: .number(0...600),
        "seconds of quiet after a customer's last message before it is answered",
        fallback: "2.0", readers: [.functions, .persistent])
    package static let jobLease = Variable(
        "JOB_LEASE_SECONDS", as: .number(0.1...3600),
        "seconds until the job of a process that fell silent is given to another",
        fallback: "15.0", readers: [.functions, .persistent])
    package static let reconcile = Variable(
        "RECONCILE_SECONDS", as: .number(0...86_400),
        "seconds for which a provider is asked about a message whose sending was interrupted",
        fallback: "30.0")
    package static let egressAllow = Variable(
        "EGRESS_ALLOW",
        "host:port pairs of providers that may be reached although their address is private, with commas; no address that an "
            + "organization chooses is among them",
        otherwise: "none", readers: [.functions, .persistent])
    package static let fileEgressAllow = Variable(
        "FILE_EGRESS_ALLOW",
        "the same for addresses that organizations choose, of files that they send: host:port pairs, with commas",
        otherwise: "none", readers: [.functions, .persistent])
    package static let version = Variable(
        "PARLEY_VERSION", "what is running, for GET /health and logs", fallback: "development")

    package static let certificateFile = Variable(
        "SSL_CERT_FILE", "PEM file of the certificate authorities that are trusted, where the system has none",
        otherwise: "the system's", readers: [.functions, .persistent])

    static let operation = [
        logLevel, debounce, jobLease, reconcile, egressAllow, fileEgressAllow, version, certificateFile,
    ]

    // MARK: Set by the host

    package static let invokeURL = Variable(
        "PARLEY_INVOKE_URL", "Invoke API that wakes other functions, with the secret that opens it",
        otherwise: "the region's, on Lambda", isSecret: true, readers: [.functions, .persistent])
    package static let sandboxKey = Variable(
        "PARLEY_SANDBOX_KEY", "opens the sandbox's phone and controls", otherwise: "one is made and printed",
        isSecret: true, readers: [.runner])
    package static let readsAhead = Variable(
        "PARLEY_RUNTIME_READS_AHEAD", as: .flag, "the host takes the request for more before it has answered the result"
    )
    package static let sandbox = Variable(
        "PARLEY_SANDBOX", as: .flag, "providers are simulated", readers: [.functions, .persistent])
    package static let clockFile = Variable(
        "PARLEY_CLOCK_FILE", "file with the seconds that the sandbox's clock is ahead",
        readers: [.functions, .persistent])
    package static let whatsAppTestServer = Variable(
        "WHATSAPP_WEB_TEST_SERVER", as: .flag, "lines speak to WHATSAPP_WEB_URL instead of WhatsApp",
        readers: [.functions, .persistent])
    package static let whatsAppURL = Variable(
        "WHATSAPP_WEB_URL", "address of the test server", readers: [.functions, .persistent])
    package static let whatsAppRootKey = Variable(
        "WHATSAPP_WEB_ROOT_KEY", "root public key of the test server, 64 hexadecimal digits", readers: [.persistent])
    package static let runtimeAPI = Variable(
        "AWS_LAMBDA_RUNTIME_API", "host:port of the Runtime API; a host may put a path behind it")
    package static let lambdaLogLevel = Variable(
        "AWS_LAMBDA_LOG_LEVEL", "the same as LOG_LEVEL, in Lambda's words", otherwise: "LOG_LEVEL")
    package static let functionName = Variable("AWS_LAMBDA_FUNCTION_NAME", "the function's deployed name")
    package static let taskRoot = Variable("LAMBDA_TASK_ROOT", "folder with the function's own files")
    package static let region = Variable(
        "AWS_REGION", "region of the function", otherwise: "us-east-1 under parley",
        readers: [.runner, .functions, .persistent])
    /// Lambda gives them to every function by itself: nothing to declare.
    package static let accessKey = Variable(
        "AWS_ACCESS_KEY_ID", "signs wake-ups on AWS", readers: [.functions, .persistent])
    package static let secretAccessKey = Variable(
        "AWS_SECRET_ACCESS_KEY", "signs wake-ups on AWS", readers: [.functions, .persistent])
    package static let sessionToken = Variable(
        "AWS_SESSION_TOKEN", "signs wake-ups on AWS", readers: [.functions, .persistent])
    /// ECS gives one of these to every container; the credentials behind it change every few hours.
    package static let containerCredentials = Variable(
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "path of the task's credentials on ECS", readers: [.persistent])
    package static let containerCredentialsURL = Variable(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "address of the container's credentials elsewhere", readers: [.persistent]
    )
    package static let containerTokenFile = Variable(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "file with what that address asks for", readers: [.persistent])
    package static let lambdaURL = Variable(
        "AWS_ENDPOINT_URL_LAMBDA", "address of Lambda's API", otherwise: "the region's",
        readers: [.functions, .persistent])
    package static let functionPrefix = Variable(
        "PARLEY_FUNCTION_PREFIX", "what the deployed functions' names begin with",
        otherwise: "what AWS_LAMBDA_FUNCTION_NAME begins with", readers: [.persistent])

    package static let secrets = Variable(
        "PARLEY_SECRETS", "names of the secrets that the function declares, with commas; it may read no others",
        otherwise: "all that are set", readers: [.functions, .persistent])

    static let host = [
        invokeURL, sandboxKey, secrets, readsAhead, sandbox, clockFile, whatsAppTestServer, whatsAppURL,
        whatsAppRootKey,
        runtimeAPI, lambdaLogLevel,
        functionName, taskRoot, region, accessKey, secretAccessKey, sessionToken, containerCredentials,
        containerCredentialsURL, containerTokenFile, lambdaURL, functionPrefix,
    ]

    // MARK: For tests

    package static let fault = Variable(
        "PARLEY_FAULT", "commit point at which a process kills itself, outbox.sent=kill; sandbox only",
        readers: [.functions, .persistent])
    package static let whatsAppPauseFactor = Variable(
        "WHATSAPP_PAUSE_FACTOR", as: .number(0...1000),
        "stretches the pauses between attempts to connect; test server only",
        fallback: "1", readers: [.persistent])
    package static let whatsAppPacing = Variable(
        "WHATSAPP_PACING", "off: messages leave as fast as they can; test server only", fallback: "on",
        readers: [.persistent])

    static let testing = [fault, whatsAppPauseFactor, whatsAppPacing]
}
