import Store
import Web

/// What a function's `function.json` declares.
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `name` | kebab-case; also the product's name | required |
/// | `description` | one line for people | `""` |
/// | `routes` | HTTP API v2 routes: `"GET /api/organizations/{id}"`, `"ANY /x/{rest+}"`, `"$default"` | `[]` |
/// | `schedules` | `{"name", "expression": "rate(1 minute)" or "cron(0 0 1 * ? *)", "input"?, "enabled"?}` | `[]` |
/// | `timeoutSeconds` | 1...900, per invocation | 3 |
/// | `initTimeoutSeconds` | 1...900, from start to the first poll | 10 |
/// | `memoryMB` | 64...10240, resident size | 128 |
/// | `files` | 64...65536, files and sockets that a process may have open at once; Lambda gives 1024 | 1024 |
/// | `concurrency` | 1...1000, processes at once (reserved concurrency) | 2 |
/// | `warm` | 0...concurrency, processes kept ready | 0 |
/// | `queue` | 0...10000, invocations that may wait for a process | 256 |
/// | `env` | variables for this function only | `{}` |
/// | `secrets` | names of the secrets that it may read: `DATABASE_URL`, `SESSION_SECRET`; `MODEL_API_KEYS` for all of the model providers' | `[]` |
/// | `database` | role that it logs in with where `DATABASE_URL` is a secret of its: `parley_auth` | `parley_app` |
/// | `handler` | `_HANDLER` | the name |
/// | `executable` | product to run instead of the one named like the function | the name |
/// | `maximumRetryAttempts` | 0...2, after a failed asynchronous invocation | 2 |
/// | `maximumEventAgeSeconds` | 60...21600 | 21600 |
/// | `onFailure` | function that receives the record of an event given up | none |
/// | `wakeOnly` | `Event` means "look for work": coalesced, kept in memory only | false |
/// | `connections` | 1...100, to Postgres, of each process | 1 |
/// | `persistent` | one process that runs for as long as the host and takes no invocations | false |
/// | `forward` | routes that the persistent process serves itself, over HTTP on the loopback port `PORT` | `[]` |
struct FunctionManifest: Sendable, Equatable {
    var name: String
    var description = ""
    var routes: [String] = []
    var schedules: [Schedule] = []
    var timeoutSeconds = 3
    var initTimeoutSeconds = 10
    var memoryMB = 128
    var files = 1024
    var concurrency = 2
    var warm = 0
    var queue = 256
    var env: [String: String] = [:]
    var secrets: [String] = []
    var database = DatabaseRole.app.rawValue
    var handler: String?
    var executable: String?
    var maximumRetryAttempts = 2
    var maximumEventAgeSeconds = 21_600
    var onFailure: String?
    var wakeOnly = false
    var connections = 1
    var persistent = false
    var forward: [String] = []

    /// At once.
    var processes: Int { persistent ? 1 : concurrency }

    struct Schedule: Sendable, Equatable {
        var name: String
        var expression: String
        /// Delivered instead of the EventBridge envelope.
        var input: JSONValue?
        var enabled = true
    }
}

// MARK: Reading

extension FunctionManifest {
    /// Takes the JSON of a `function.json`. Unknown keys are refused: a misspelt limit must not be ignored.
    init(_ json: JSONValue) throws(ManifestProblem) {
        var members = try Members(json)
        guard let name = try members.text("name") else { throw ManifestProblem("\"name\" is missing") }
        self.init(name: name)
        description = try members.text("description") ?? description
        routes = try members.texts("routes") ?? routes
        schedules = try members.list("schedules")?.map { json throws(ManifestProblem) in try Schedule(json) } ?? []
        timeoutSeconds = try members.integer("timeoutSeconds") ?? timeoutSeconds
        initTimeoutSeconds = try members.integer("initTimeoutSeconds") ?? initTimeoutSeconds
        memoryMB = try members.integer("memoryMB") ?? memoryMB
        files = try members.integer("files") ?? files
        concurrency = try members.integer("concurrency") ?? concurrency
        warm = try members.integer("warm") ?? warm
        queue = try members.integer("queue") ?? queue
        env = try members.dictionary("env") ?? env
        secrets = try members.texts("secrets") ?? secrets
        database = try members.text("database") ?? database
        handler = try members.text("handler")
        executable = try members.text("executable")
        maximumRetryAttempts = try members.integer("maximumRetryAttempts") ?? maximumRetryAttempts
        maximumEventAgeSeconds = try members.integer("maximumEventAgeSeconds") ?? maximumEventAgeSeconds
        onFailure = try members.text("onFailure")
        wakeOnly = try members.flag("wakeOnly") ?? wakeOnly
        connections = try members.integer("connections") ?? connections
        persistent = try members.flag("persistent") ?? persistent
        forward = try members.texts("forward") ?? forward
        try members.refuseRest()
    }
}

extension FunctionManifest.Schedule {
    init(_ json: JSONValue) throws(ManifestProblem) {
        var members = try Members(json)
        guard let name = try members.text("name"), let expression = try members.text("expression") else {
            throw ManifestProblem("\"schedules\": each needs \"name\" and \"expression\"")
        }
        self.init(
            name: name, expression: expression, input: members.take("input"),
            enabled: try members.flag("enabled") ?? true)
        try members.refuseRest()
    }
}

/// An object whose members are taken out one by one; what is left at the end is unknown.
private struct Members {
    private var rest: [String: JSONValue]

    init(_ json: JSONValue) throws(ManifestProblem) {
        guard let members = json.object else { throw ManifestProblem("an object is needed") }
        rest = members
    }

    mutating func take(_ key: String) -> JSONValue? {
        let value = rest.removeValue(forKey: key)
        return value == .null ? nil : value
    }

    mutating func text(_ key: String) throws(ManifestProblem) -> String? {
        try take(key, "text", \.string)
    }

    mutating func integer(_ key: String) throws(ManifestProblem) -> Int? {
        try take(key, "a whole number", \.integer)
    }

    mutating func flag(_ key: String) throws(ManifestProblem) -> Bool? {
        try take(key, "true or false", \.bool)
    }

    mutating func list(_ key: String) throws(ManifestProblem) -> [JSONValue]? {
        try take(key, "a list", \.array)
    }

    mutating func texts(_ key: String) throws(ManifestProblem) -> [String]? {
        guard let values = try list(key) else { return nil }
        let texts = values.compactMap(\.string)
        guard texts.count == values.count else { throw ManifestProblem("\"\(key)\" must be a list of texts") }
        return texts
    }

    mutating func dictionary(_ key: String) throws(ManifestProblem) -> [String: String]? {
        guard let members = try take(key, "an object", \.object) else { return nil }
        let texts = members.compactMapValues(\.string)
        guard texts.count == members.count else { throw ManifestProblem("\"\(key)\" must hold texts only") }
        return texts
    }

    func refuseRest() throws(ManifestProblem) {
        if let key = rest.keys.sorted().first { throw ManifestProblem("there is no key \"\(key)\"") }
    }

    private mutating func take<Value>(
        _ key: String, _ kind: String, _ read: (JSONValue) -> Value?
    ) throws(ManifestProblem) -> Value? {
        guard let json = take(key) else { return nil }
        guard let value = read(json) else { throw ManifestProblem("\"\(key)\" must be \(kind)") }
        return value
    }
}

struct ManifestProblem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
