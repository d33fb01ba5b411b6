import FoundationEssentials
import Web

/// The sandbox's movable clock: the system's time plus the offset, in seconds, that the clock file holds. Every process of
/// the installation reads the same file, so moving it moves them all.
struct SandboxClock: Sendable {
    /// Ten years either way: beyond that, certificates and calendars of the real world get in the way of a test.
    static let furthest = 10.0 * 366 * 86_400

    let path: String?
    /// Called with the time that the clock is about to show: Parley's database prepares its months.
    var beforeMove: @Sendable (Date) async throws -> Void = { _ in }

    /// An absent, empty or unreadable file means no offset.
    var offset: Double {
        guard let path, let data = FileManager.default.contents(atPath: path) else { return 0 }
        let text = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
        return Double(text).flatMap { $0.isFinite ? $0 : nil } ?? 0
    }

    var now: Date { Date(timeIntervalSince1970: Date().timeIntervalSince1970 + offset) }

    func advance(by seconds: Double) async throws {
        let target = offset + seconds
        guard seconds.isFinite, abs(target) <= Self.furthest else {
            throw Fault.invalid("advance_seconds", "The clock moves at most ten years either way.")
        }
        try await beforeMove(Date().addingTimeInterval(target))
        try write(target)
    }

    func reset() throws { try write(0) }

    /// Written beside the file and renamed over it: readers see the old offset or the new one.
    private func write(_ offset: Double) throws {
        guard let path else {
            throw Fault(status: 409, code: "no-clock-file", detail: "This sandbox was started without a clock file.")
        }
        try Data("\(offset)\n".utf8).write(to: URL(filePath: path), options: .atomic)
    }
}
