/// The `phash`: what both sides compare to notice that a device list is stale.
package enum DeviceHash {
    /// - Parameter devices: every addressed device and the sending one.
    package static func compute(_ devices: some Sequence<JID>) -> String {
        let names = devices.map { "\($0.user).0:\($0.device)@\($0.server.rawValue)" }
        let sorted = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        return "2:" + Base64.encodeWithoutPadding(Array(Digest.sha256(sorted.joined()).prefix(6)))
    }
}
