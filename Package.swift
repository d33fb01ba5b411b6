// swift-tools-version:6.2
// Sections: Core, Functions, local-runner, Tests. Targets and array elements alphabetical, one dependency per line.
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    // Each function a section of its own: the linker may leave it out, or put it beside others.
    .unsafeFlags(["-Xfrontend", "-function-sections"], .when(configuration: .release)),
]

/// The linker of Swift's own toolchain takes half the time of the system's. A release has what runs from start to answer side by
/// side, and no table of names for libraries that nobody loads: a warm process has three megabytes less in memory.
let linking: [LinkerSetting] = [
    .unsafeFlags(["-use-ld=lld"]),
    .unsafeFlags(
        [
            "--no-export-dynamic", "--icf=safe", "--no-warn-symbol-ordering",
            "--symbol-ordering-file=\(Context.packageDirectory)/infra/order/functions.txt",
        ].flatMap { ["-Xlinker", $0] }, .when(configuration: .release)),
]

/// A room of the house: a library in `Core/<name>`.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Core/\(name)", exclude: exclude, swiftSettings: settings)
}

/// One function executable in `Functions/<name>`; `function.json` beside it declares its routes and schedules.
func function(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .executableTarget(
        name: name, dependencies: ["FunctionHost"] + dependencies, path: "Functions/\(name)",
        exclude: ["function.json"] + exclude, swiftSettings: settings, linkerSettings: linking)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["Support"], path: "Tests/\(name)", exclude: exclude,
        swiftSettings: settings)
}

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio: [Target.Dependency] = ["NIOCore", "NIOHTTP1", "NIOPosix"].map { .product(name: $0, package: "swift-nio") }

/// UpperCamelCase target -> kebab-case product.
let functions: [(target: String, product: String)] = [
    ("Auth", "auth"),
    ("Channels", "channels"),
    ("Conversations", "conversations"),
    ("CronReset", "cron-reset"),
    ("Health", "health"),
    ("Media", "media"),
    ("Messages", "messages"),
    ("Organizations", "organizations"),
    ("Pages", "pages"),
    ("Provisioning", "provisioning"),
    ("Reference", "reference"),
    ("RunJobs", "run-jobs"),
    ("Stats", "stats"),
    ("System", "system"),
    ("Training", "training"),
    ("TwilioInbound", "twilio-inbound"),
    ("TwilioStatus", "twilio-status"),
]

/// What every endpoint of the API stands on.
let api: [Target.Dependency] = ["API", "Access", "Domain", "Postgres", "Store", "Web"]
/// What every function on the road of a message stands on.
let road: [Target.Dependency] = ["Conversation", "Domain", "Outbound", "Postgres", "Providers", "Store", "Web"]

let package = Package(
    name: "parley",
    platforms: [.macOS(.v15)],
    products: functions.map { .executable(name: $0.product, targets: [$0.target]) } + [
        .executable(name: "event-stream", targets: ["EventStream"]),
        .executable(name: "loaded-run-jobs", targets: ["Load"]),
        .executable(name: "parley", targets: ["LocalRunner"]),
        .executable(name: "probe", targets: ["Probe"]),
        .executable(name: "session-worker", targets: ["SessionWorker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // MARK: Core
        room(
            "API",
            [
                "Access", "Conversation", "Cryptography", "Domain", "FunctionHost", "Outbound", "Postgres", "Providers",
                "Store", "Web", logging,
            ]),
        room(
            "Access", ["Cryptography", "Domain", "Postgres", "Store", "Web"], exclude: ["Passwords/SOURCE.md"]),
        room(
            "Assistant", ["Domain", "Environment", "Outbound", "Web"], exclude: ["Grounding/Data/SOURCE.md"]),
        room("Blocking"),
        // No pkgConfig: Outbound loads libcurl when the first request is made.
        .systemLibrary(name: "CCurl", path: "Core/CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CFloor", path: "Core/CFloor"),
        // Loads libpq (libpq5, headers from libpq-dev) when the first connection is made.
        .target(name: "CPostgres", path: "Core/CPostgres"),
        .systemLibrary(
            name: "COpenSSL", path: "Core/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "COpenSSLTLS", path: "Core/COpenSSLTLS", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CQREncode", path: "Core/CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(
            name: "CSodium", path: "Core/CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CZlib", path: "Core/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        room(
            "Conversation",
            [
                "Assistant", "Cryptography", "Domain", "Environment", "Outbound", "Postgres", "Providers", "Store",
                "Web",
            ]),
        room("Cryptography", ["COpenSSL"]),
        room("Domain", exclude: ["Numbers/SOURCE.md"]),
        room("Environment", ["Domain"]),
        room(
            "FunctionHost",
            ["Blocking", "CFloor", "Cryptography", "Domain", "Environment", "Outbound", "Postgres", "Web", logging]),
        room("Jobs", road + ["Environment", "FunctionHost"]),
        room("Outbound", ["Blocking", "CCurl"]),
        room("Postgres", ["Blocking", "CPostgres"]),
        room("Providers", ["Domain", "Outbound", "Web"]),
        room("QRCode", ["CQREncode"]),
        room("Store", ["Cryptography", "Domain", "Postgres"], exclude: ["Migrations"]),
        room("TLS", ["COpenSSLTLS", .product(name: "NIOCore", package: "swift-nio")]),
        room("Web", ["Cryptography", "Domain"]),
        room(
            "WhatsAppWire",
            ["CSodium", "CZlib", "Cryptography", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Proto"]),

        // MARK: Functions
        function("Auth", api),
        function("Channels", api + ["QRCode"]),
        function("Conversations", api + ["Conversation"]),
        function("CronReset", api),
        // One of the two persistent processes beside the runner: it may link an event loop.
        function(
            "EventStream",
            api + nio + [
                "Environment", .product(name: "UnixSignals", package: "swift-service-lifecycle"), logging,
            ]),
        function("Health", api),
        function("Media", api + ["Environment", "Outbound", "Providers", "WhatsAppWire"]),
        function("Messages", api + ["Conversation"]),
        function("Organizations", api + ["Conversation"]),
        function("Pages", ["Web"]),
        function("Provisioning", api + ["Conversation", "Providers"]),
        function("Reference", ["API", "Web"], exclude: ["api.d.ts", "openapi.json"]),
        function("RunJobs", ["Jobs", "Web"]),
        // The other one: it may link an event loop and the wire.
        function(
            "SessionWorker",
            road + [
                "Cryptography",
                "Environment",
                "TLS",
                "WhatsAppWire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                logging,
            ], exclude: ["README.md"]),
        function("Stats", api),
        function("System", api),
        function("Training", api),
        function("TwilioInbound", ["API"] + road),
        function("TwilioStatus", ["API"] + road),

        // MARK: local-runner
        // Between fork and exec only C is safe: parent-death signal, limits, descriptors.
        .target(name: "CSpawn", path: "local-runner/Sources/CSpawn"),
        // HTTP in, on one event loop: the host's ports and the sandbox's.
        .target(
            name: "HTTPServer", dependencies: ["Web"] + nio, path: "local-runner/Sources/HTTPServer",
            swiftSettings: settings),
        .executableTarget(
            name: "LocalRunner",
            dependencies: [
                "Access",
                "Blocking",
                "CSpawn",
                "Cryptography",
                "Domain",
                "Environment",
                "HTTPServer",
                "Outbound",
                "Postgres",
                "Sandbox",
                "Store",
                "Web",
                "WhatsAppServer",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                logging,
            ],
            path: "local-runner/Sources/LocalRunner", swiftSettings: settings, linkerSettings: linking),
        .target(
            name: "Sandbox",
            dependencies: ["Cryptography", "Domain", "HTTPServer", "Web", "WhatsAppServer"] + nio,
            path: "local-runner/Sources/Sandbox", exclude: ["Phone"], swiftSettings: settings),
        // A WhatsApp server to test clients against: the sandbox, `parley sandbox whatsapp` and tests start it.
        .target(
            name: "WhatsAppServer",
            dependencies: [
                "Cryptography", "TLS", "WhatsAppWire", .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ] + nio,
            path: "local-runner/Sources/WhatsAppServer", swiftSettings: settings),

        // MARK: Tests
        tests("AccessTests", api + ["Cryptography"]),
        tests("AssistantTests", ["Assistant", "Domain", "Outbound", "Store", "Web"]),
        tests("ConversationTests", road + ["Assistant", "Jobs", "Load"]),
        tests("CryptographyTests", ["Cryptography"]),
        tests("DomainTests", ["Domain"]),
        tests("EndToEndTests", ["Conversation", "Domain", "Outbound", "Postgres", "Store", "Web"]),
        tests("EventStreamingTests", ["EventStream", "FunctionHost", "Outbound"] + api + nio + [logging]),
        tests(
            "FunctionHostTests",
            ["Domain", "Environment", "FunctionHost", "Health", "Outbound", "Postgres", "Probe", "Web", logging]),
        tests(
            "FunctionTests",
            road + ["API", "Access", "Assistant", "Cryptography", "EventStream", "FunctionHost", "WhatsAppWire", logging]
                + functions.map { .target(name: $0.target) }),
        tests(
            "HostileBytesTests",
            [
                "Access", "Cryptography", "Domain", "FunctionHost", "HTTPServer", "LocalRunner", "Providers", "Store",
                "Web",
                "WhatsAppWire",
            ] + nio),
        tests("HouseTests", ["Environment"]),
        tests("InfraTests", ["Web"], exclude: ["aws"]),
        tests(
            "LocalRunnerTests",
            [
                "Domain", "Environment", "HTTPServer", "LocalRunner", "Outbound", "Postgres", "Store", "Web",
                "WhatsAppServer",
            ] + nio),
        tests("OutboundTests", ["Outbound"]),
        tests("PostgresTests", ["Postgres"]),
        tests("ProvidersTests", ["Domain", "Outbound", "Providers", "Web"]),
        tests("QRCodeTests", ["QRCode"]),
        tests("SandboxTests", ["Domain", "Sandbox", "Web"]),
        tests(
            "SessionWorkerTests",
            road + [
                "Assistant",
                "SessionWorker",
                "WhatsAppServer",
                "WhatsAppWire",
            ] + nio),
        tests("StoreTests", ["Domain", "Postgres", "Store"]),
        .target(
            name: "Support", dependencies: ["Domain", "FunctionHost", "Outbound", "Postgres", "Store", "Web", logging],
            path: "Tests/Support",
            exclude: ["Load", "Probe"], swiftSettings: settings),
        // The job runner with a kind of job that only takes its time: benchmarks start it in place of `run-jobs`.
        .executableTarget(
            name: "Load", dependencies: ["FunctionHost", "Jobs", "Store", "Web"], path: "Tests/Support/Load",
            swiftSettings: settings, linkerSettings: linking),
        // A function that does as it is told (echo, sleep, crash): the host's tests and benchmarks run it.
        .executableTarget(
            name: "Probe", dependencies: ["Domain", "FunctionHost", "Web"], path: "Tests/Support/Probe",
            swiftSettings: settings, linkerSettings: linking),
        tests(
            "TLSTests",
            ["TLS", .product(name: "NIOEmbedded", package: "swift-nio")] + nio),
        tests("WebTests", ["Domain", "Web"]),
        tests(
            "WhatsAppServerTests",
            ["Sandbox", "WhatsAppServer", "WhatsAppWire", .product(name: "NIOWebSocket", package: "swift-nio")] + nio),
        tests("WhatsAppWireTests", ["WhatsAppWire"]),
    ],
    swiftLanguageModes: [.v6]
)
