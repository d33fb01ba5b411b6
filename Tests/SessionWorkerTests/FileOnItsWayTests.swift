import Foundation
import Outbound
import Testing
import WhatsAppWire

@testable import SessionWorker

/// Files pass over the disk: encrypted, in pieces, and under no name.
@Suite struct FileOnItsWayTests {
    private static let key = [UInt8](repeating: 7, count: 32)
    private static let plain = (0..<200_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    private static let folders = [FileManager.default.temporaryDirectory.path]

    private func encrypted(_ plain: [UInt8], piece: Int) throws -> (bytes: [UInt8], media: EncryptedMedia) {
        let file = try EncryptedFile(mediaKey: Self.key, kind: .document, limit: 1 << 20, in: Self.folders)
        for start in stride(from: 0, to: plain.count, by: piece) {
            #expect(file.take(Array(plain[start..<min(start + piece, plain.count)])))
        }
        let digest = try file.finish()
        let upload = file.upload
        var bytes: [UInt8] = []
        while bytes.count < upload.length { bytes += try #require(upload.read(bytes.count, 1000)) }
        return (
            bytes,
            EncryptedMedia(
                kind: .document, mimeType: "a/b", directPath: "/v", mediaKey: Self.key, digest: digest)
        )
    }

    @Test(arguments: [1, 15, 16, 17, 4096, 300_000]) func piecesAreTheSameAsTheWhole(_ piece: Int) throws {
        let plain = piece == 1 ? Array(Self.plain.prefix(3000)) : Self.plain
        let (bytes, media) = try encrypted(plain, piece: piece)
        let whole = try MediaEncryptor.encrypt(plain, mediaKey: Self.key, kind: .document)
        #expect(bytes == whole.bytes && media.digest == whole.digest)
        let file = try DownloadedFile(media, limit: 1 << 20, in: Self.folders)
        for start in stride(from: 0, to: bytes.count, by: max(piece, 100)) {
            #expect(file.take(Array(bytes[start..<min(start + max(piece, 100), bytes.count)])))
        }
        #expect(try file.opened() == plain)
    }

    @Test func whatIsNotTheAnnouncedFileIsNotOpened() throws {
        let (bytes, media) = try encrypted(Self.plain, piece: 4096)
        for change in [(at: 0, keep: bytes.count), (at: bytes.count - 1, keep: bytes.count), (at: -1, keep: 100_000)] {
            var damaged = Array(bytes.prefix(change.keep))
            if change.at >= 0 { damaged[change.at] ^= 1 }
            let file = try DownloadedFile(media, limit: 1 << 20, in: Self.folders)
            file.take(damaged)
            #expect(throws: MediaError.self) { try file.opened() }
        }
    }

    @Test func aFileAboveItsLimitIsTakenNoFurther() throws {
        let file = try EncryptedFile(mediaKey: Self.key, kind: .image, limit: 1000, in: Self.folders)
        #expect(file.take([UInt8](repeating: 1, count: 1000)))
        #expect(!file.take([1]) && !file.take([1]))
        #expect(throws: MediaError.tooLarge(limit: 1000)) { try file.finish() }
    }

    /// As the kernel of a container lists them that runs on a read-only file system.
    private static let mounts = """
        overlay / overlay ro,relatime 0 0
        tmpfs /dev tmpfs rw,nosuid 0 0
        tmpfs /tmp tmpfs rw,nosuid,nodev 0 0
        /dev/vda1 /var/lib/parley ext4 rw,relatime 0 0
        ramfs /run/secrets ramfs ro 0 0
        """

    @Test(arguments: [
        ("/tmp", true), ("/tmp/deep/down", true), ("/tmpfoo", false), ("/var/tmp", false), ("/run/secrets", true),
        ("/var/lib/parley/run", false), ("/", false),
    ]) func aFolderInMemoryIsKnown(_ folder: String, _ isInMemory: Bool) {
        #expect(TemporaryFile.isInMemory(folder, mounts: Self.mounts) == isInMemory)
    }

    @Test func aDiskComesBeforeMemoryAndMemoryHoldsFewerFiles() throws {
        let disk = FileManager.default.temporaryDirectory.path
        let isDisk = !TemporaryFile.isInMemory(disk)
        // Every Linux has it.
        try #require(TemporaryFile.isInMemory("/dev/shm"))
        #expect(
            TemporaryFile.usable(["/nowhere", "/dev/shm", disk]) == (isDisk ? [disk, "/dev/shm"] : ["/dev/shm", disk]))
        var settings = Settings()
        settings.keepFiles(in: ["/dev/shm"])
        #expect(settings.files == .inMemory && settings.folders == ["/dev/shm"])
        if isDisk {
            settings = Settings()
            settings.keepFiles(in: ["/dev/shm", disk])
            #expect(settings.files == MediaBudget.Limits() && settings.folders.first == disk)
        }
    }

    @Test func nothingIsLeftInTheFolder() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/way-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try TemporaryFile(in: ["/nowhere", folder])
        try file.append([1, 2, 3])
        #expect(try file.read(at: 1, most: 10) == [2, 3] && file.read(at: 3, most: 10).isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        #expect(throws: TemporaryFileError.self) { try TemporaryFile(in: ["/nowhere"]) }
    }
}
