import API

/// Channels of an organization: make one, link it to a phone, read, change and delete it, and its statistics.
///
/// `/api/accounts` and `/api/v1/devices` are older names of the same. Connecting is the session worker's work:
/// these endpoints write what is wanted of a line, and answer with the channel as it is.
let endpoints: [Endpoint] = [
    .askPairingCode,
    .changeChannel,
    .channelStats,
    .createChannel,
    .deleteChannel,
    .disconnectChannel,
    .listChannels,
    .readChannel,
    .reconnectChannel,
    .showPairingCode,
    .showQRCode,
]

extension Endpoint {
    /// The routes that `/api/v1/channels` + `rest` had before.
    static func formerRoutes(_ methods: String..., rest: String = "") -> [String] {
        methods.flatMap { ["\($0) /api/v1/devices\(rest)", "\($0) /api/accounts\(rest)"] }
    }
}
