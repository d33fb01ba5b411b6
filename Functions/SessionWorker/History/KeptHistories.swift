import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Pieces of the past that wait to be imported. Each was acknowledged when it came, so where it lies is kept until it is done; a
/// connection or a process that ends meanwhile loses none of them.
struct KeptHistories: Sendable {
    let database: LineDatabase

    /// Bytes of what says where one lies. A phone may send the piece itself instead, which is then not kept twice.
    private static let mostBytes = 1 << 16
    /// Begun so often, one is given up: it may be what the process died of.
    private static let mostTries: UInt8 = 3

    /// - Parameter id: of the message that told.
    func waiting(_ reference: HistorySyncReference, told id: String) -> WaitingHistory {
        let isKept = reference.serialized.count <= Self.mostBytes
        return WaitingHistory(reference: reference, key: isKept ? LineKey(.history, StoredID.of(id)) : nil)
    }

    /// Commits with the message.
    func keep(_ history: WaitingHistory) throws -> [Query] {
        guard let key = history.key else { return [] }
        return try database.store([key: [0] + history.reference.serialized], replacing: false)
    }

    /// Those of earlier connections.
    func all() async throws -> [WaitingHistory] {
        let keys = database.keys
        let stored = try keys.opened(try await database.read([keys.load(.history, beginning: "")])[0])
        return stored.sorted { $0.key.name < $1.key.name }.compactMap { key, bytes in
            (try? HistorySyncReference(serialized: Array(bytes.dropFirst()))).map {
                WaitingHistory(reference: $0, key: key)
            }
        }
    }

    /// - Returns: false when it was done meanwhile, or was begun too often.
    func begin(_ history: WaitingHistory) async throws -> Bool {
        guard let key = history.key else { return true }
        guard let bytes = try await database.secret(key), let tries = bytes.first else { return false }
        guard tries < Self.mostTries else {
            try await done(history)
            return false
        }
        try await database.commit(try database.store([key: [tries + 1] + bytes.dropFirst()]))
        return true
    }

    func done(_ history: WaitingHistory) async throws {
        guard let key = history.key else { return }
        try await database.commit(database.keys.delete([key]))
    }
}

struct WaitingHistory: Sendable {
    let reference: HistorySyncReference
    /// `nil`: not kept.
    let key: LineKey?
}
