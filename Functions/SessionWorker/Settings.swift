import Domain
import Environment
import FoundationEssentials
import FunctionHost
import WhatsAppWire

/// What the environment says to a session worker.
struct Settings: Sendable {
    /// `wss://host[:port]/path`; `ws://` is taken for a test server only.
    var server = "wss://web.whatsapp.com/ws/chat"
    var anchor = TrustAnchor.whatsApp
    /// Set with WHATSAPP_WEB_TEST_SERVER=1: another server, another root key, media over plain HTTP.
    var isTestServer = false
    /// The server turns away versions that are too old with `failure 405`.
    var version = ClientVersion(build: 1_047_769_893)
    /// Shown in the phone's list of linked devices.
    var deviceName = "Parley"
    /// Most lines this process takes.
    var lines = 1000
    /// Seconds until a silent worker's lines are taken over; renewed three times as often.
    var lease = 10.0
    var heartbeat = Heartbeat()
    /// Connections being opened at the same time.
    var openings = 32
    /// Conversations being answered at the same time; most of that is typing.
    var sends = 128
    /// Bytes of files on their way at the same time.
    var files = MediaBudget.Limits()
    /// For files on their way: the first that can be written is taken.
    var folders = TemporaryFile.folders
    /// Stretches the pauses between attempts to connect; below 1 in tests only.
    var pauseFactor = 1.0
    /// Seconds between two signs of life, and how long to wait for an answer to one.
    var keepAlive = 15.0...30.0
    var silence = 20.0
    /// Seconds after which a connection that was let in was a good one.
    var settling = 30.0
    /// Seconds an answer to a query or a message may take.
    var patience = 20.0
    /// One-time keys of a new device.
    var firstKeys = PreKeyStanzas.firstUpload
    /// Limits and typing time; off in benchmarks only.
    var pacing: Pacing? = Pacing()
    /// Codes nobody scans: connections made in a row to show new ones.
    var unscannedRounds = 3
}

extension Settings {
    /// - Throws: `ConfigurationError` for a value that makes no sense.
    init(_ configuration: Configuration) throws {
        self.init()
        if let text = configuration[.whatsAppVersion] {
            guard let version = ClientVersion(text) else {
                throw ConfigurationError.malformed(Variable.whatsAppVersion.name)
            }
            self.version = version
        }
        lines = try configuration.number(.whatsAppLines)
        lease = try configuration.number(.whatsAppLease)
        heartbeat = Heartbeat(path: configuration[.heartbeatFile])
        keepFiles(in: [configuration[.filesFolder]].compactMap { $0 } + heartbeat.folder + TemporaryFile.folders)
        guard configuration.isOn(.whatsAppTestServer) else { return }
        try pointAtTestServer(configuration)
    }

    /// - Parameter folders: in the order in which they are wanted.
    mutating func keepFiles(in folders: [String]) {
        self.folders = TemporaryFile.usable(folders)
        if keepsFilesInMemory { files = .inMemory }
    }

    /// There is no disk: what files on their way take, they take of the memory.
    var keepsFilesInMemory: Bool { folders.first.map(TemporaryFile.isInMemory) ?? false }

    private mutating func pointAtTestServer(_ configuration: Configuration) throws {
        isTestServer = true
        server = configuration[.whatsAppURL] ?? server
        if let hex = configuration[.whatsAppRootKey] {
            guard let key = Self.key(hex) else { throw ConfigurationError.malformed(Variable.whatsAppRootKey.name) }
            anchor = TrustAnchor(testRoot: key)
        }
        pauseFactor = try configuration.number(.whatsAppPauseFactor)
        if configuration[.whatsAppPacing] == "off" { pacing = nil }
    }

    /// 64 hexadecimal digits.
    static func key(_ hex: String) -> PublicKey? {
        guard hex.utf8.count == 64 else { return nil }
        let digits = hex.map(\.hexDigitValue)
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { index -> UInt8? in
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            return UInt8(high << 4 | low)
        }
        return try? PublicKey(bytes)
    }
}
