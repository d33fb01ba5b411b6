import Domain
import Foundation
import Outbound
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker

/// Files take no more of the worker than their share: not of its memory, its places or its connections, whoever chose their addresses.
///
/// `PARLEY_LONG=1` sends twenty files of 60 MB.
@Suite(.serialized, .timeLimit(.minutes(20))) struct MediaLoadTests {
    private static let isLong = ProcessInfo.processInfo.environment["PARLEY_LONG"] == "1"
    private static let (count, megabytes) = isLong ? (20, 60) : (4, 24)
    /// Kibibytes that the worker may grow while they pass. Held whole, once plain and once encrypted, they would be at least twice the
    /// size of those that pass at the same time.
    private static let growth = 48 << 10

    /// So does what a server says instead of a file.
    @Test(arguments: [true, false]) func largeFilesPassThroughASmallMemory(_ isThere: Bool) async throws {
        try await FileServer.with { files in
            try await Installation.with(mediaLimits: (file: 64 << 20, total: 128 << 20)) { installation in
                let worker = MortalWorker(
                    installation.variables().merging(["FILE_EGRESS_ALLOW": files.address, "JOB_LEASE_SECONDS": "10"]) {
                        $1
                    })
                defer { worker.send(SIGKILL) }
                try worker.start()
                var threads: [ConversationID] = []
                for number in 0..<2 {
                    let channel = try await installation.makeLine("Line \(number)")
                    let line = try await installation.link(channel, as: "1555000111\(number)")
                    threads += try await installation.threads(Self.count / 2, with: line)
                }
                let before = try Self.peak(worker)
                for (number, thread) in threads.enumerated() {
                    // No two of the same content: the server keeps those once.
                    let bytes = Self.megabytes << 20 - number
                    try await installation.file(at: isThere ? files.file(bytes) : files.missing(bytes), in: thread)
                }
                let shown = try await eventually("all files", within: Self.isLong ? 600 : 60) { () -> Int? in
                    let sent = try await installation.messages().filter { $0.direction == "outbound" }
                    return sent.allSatisfy { !["queued", "sending"].contains($0.status) } ? sent.count : nil
                }
                let failed = try await installation.messages().filter { $0.status == "failed" }
                #expect(
                    shown == Self.count && failed.count == (isThere ? 0 : Self.count),
                    "\(failed.map { $0.reason ?? "" })")
                let grown = try Self.peak(worker) - before
                print("\(Self.count) files of \(Self.megabytes) MB: the worker grew by \(grown >> 10) MB")
                #expect(grown < Self.growth)
            }
        }
    }

    /// The most that the process ever held, in kibibytes.
    private static func peak(_ worker: MortalWorker) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(try #require(worker.pid))/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
    }

    enum Scarce: CaseIterable, Sendable {
        /// Messages under way.
        case places
        /// Requests under way.
        case connections
    }

    /// Addresses that never answer, as many as there is room for, and then somebody else's picture.
    @Test(arguments: Scarce.allCases) func slowAddressesOfOneKeepNobodyElseWaiting(_ scarce: Scarce) async throws {
        try await FileServer.with { files in
            try await Installation.with { installation in
                let other = OrganizationID(UUID())
                try await installation.found(other)
                let channels = [
                    try await installation.makeLine("Slow 1"), try await installation.makeLine("Slow 2"),
                    try await installation.makeLine("Quick", in: other),
                ]
                let http = HTTPClient.live(
                    allowedPrivate: [installation.server.mediaURL], allowedForFiles: [files.address],
                    connections: scarce == .connections ? 4 : 64)
                try await TestWorker.with(
                    installation,
                    change: { settings in
                        let room = MediaTransfer.mostBytes
                        switch scarce {
                        case .places:
                            settings.sends = 4
                            settings.files.perLine = 8 * room
                        case .connections:
                            settings.files = .init(total: 4 * room, perOrganization: 2 * room, perLine: 2 * room)
                        }
                    }, http: http
                ) {
                    var lines: [LinkedLine] = []
                    for (number, channel) in channels.enumerated() {
                        lines.append(try await installation.link(channel, as: "1555000111\(number)"))
                    }
                    for (number, line) in lines.prefix(2).enumerated() {
                        for thread in try await installation.threads(4, with: line, named: "\(number)") {
                            try await installation.file(at: files.slow, in: thread)
                        }
                    }
                    _ = try await eventually("slow requests") { files.waiting >= 2 ? true : nil }
                    let thread = try await installation.threads(1, with: lines[2], named: "9")[0]
                    let began = ContinuousClock.now
                    let picture = try await installation.file(at: files.file(100_000), in: thread, of: other)
                    try await installation.sent(picture)
                    #expect(ContinuousClock.now - began < .seconds(20), "a slow address has 45 s")
                }
            }
        }
    }

    /// Four whose shares are the whole room, each with more than that, and then somebody else's picture.
    @Test func manySlowOnesKeepNobodyElseWaiting() async throws {
        try await FileServer.with { files in
            try await Installation.with { installation in
                let organizations = (0..<5).map { _ in OrganizationID(UUID()) }
                var channels: [ChannelID] = []
                for (number, organization) in organizations.enumerated() {
                    try await installation.found(organization)
                    channels.append(try await installation.makeLine("Line \(number)", in: organization))
                }
                let http = HTTPClient.live(
                    allowedPrivate: [installation.server.mediaURL], allowedForFiles: [files.address])
                let room = MediaTransfer.mostBytes
                try await TestWorker.with(
                    installation,
                    change: { $0.files = .init(total: 8 * room, perOrganization: 2 * room, perLine: 2 * room) },
                    http: http
                ) {
                    var lines: [LinkedLine] = []
                    for (number, channel) in channels.enumerated() {
                        lines.append(try await installation.link(channel, as: "1555000111\(number)"))
                    }
                    for (number, organization) in organizations.prefix(4).enumerated() {
                        let threads = try await installation.threads(3, with: lines[number], named: "\(number)")
                        for thread in threads {
                            try await installation.file(at: files.slow, in: thread, of: organization)
                        }
                    }
                    _ = try await eventually("slow requests") { files.waiting >= 5 ? true : nil }
                    try await Task.sleep(for: .seconds(2))
                    let thread = try await installation.threads(1, with: lines[4], named: "9")[0]
                    let began = ContinuousClock.now
                    let picture = try await installation.file(
                        at: files.file(100_000), in: thread, of: organizations[4])
                    try await installation.sent(picture)
                    #expect(ContinuousClock.now - began < .seconds(20), "a slow address has 45 s")
                }
            }
        }
    }

    /// What can't be taken is said at once, and not tried again and again.
    @Test func aFileThatIsTooLargeIsRefused() async throws {
        try await FileServer.with { files in
            try await Installation.with { installation in
                let channel = try await installation.makeLine()
                let http = HTTPClient.live(
                    allowedPrivate: [installation.server.mediaURL], allowedForFiles: [files.address])
                try await TestWorker.with(installation, http: http) {
                    let line = try await installation.link(channel, as: "15550001111")
                    let thread = try await installation.threads(1, with: line)[0]
                    let file = try await installation.file(at: files.file(MediaTransfer.mostBytes + 1), in: thread)
                    try await installation.sent(file, ["failed"])
                    let message = try await installation.messages().first { $0.id == file }
                    #expect(message?.reason?.contains("larger than 64 MB") == true)
                }
            }
        }
    }
}

extension Installation {
    /// People who have written to a line: their conversations.
    fileprivate func threads(_ count: Int, with line: LinkedLine, named name: String = "") async throws
        -> [ConversationID]
    {
        var threads: [ConversationID] = []
        for number in 0..<count {
            let person = try await server.contact(
                "1555\(line.number.suffix(3))22\(name)\(number)", name: "Person \(number)")
            let text = "from \(person.number)"
            try await person.send(text, to: line)
            threads.append(try await inbound(text).conversation)
        }
        return threads
    }

    @discardableResult
    fileprivate func file(
        at url: String, in thread: ConversationID, of organization: OrganizationID? = nil
    ) async throws -> Domain.MessageID {
        try await reply(
            "", in: thread, media: [Domain.MediaReference(url: url, contentType: "application/pdf")], type: .document,
            of: organization)
    }
}
