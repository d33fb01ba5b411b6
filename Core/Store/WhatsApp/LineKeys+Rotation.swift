import FoundationEssentials
import Postgres

extension LineKeys {
    /// Where a line's secrets are: rows by name, each kind with names of its own.
    struct Shelf: Sendable {
        /// Of ours, never foreign: they become part of statements.
        fileprivate let table: String
        fileprivate let column: String
        fileprivate let condition: String
        /// What stands before the name in a secret's place.
        fileprivate let prefix: String

        static let all =
            LineKey.Kind.allCases.map {
                Shelf(
                    table: "whatsapp_keys", column: "name", condition: "kind = '\($0.rawValue)'",
                    prefix: $0.rawValue + "/")
            } + [Shelf(table: "whatsapp_sent", column: "message_id", condition: "true", prefix: "")]
    }

    /// A page of what another key than the current one sealed, by name.
    func older(on shelf: Shelf, after name: String, limit: Int) -> Query {
        """
        select \(unescaped: shelf.column) as name, key_id, sealed from \(unescaped: shelf.table)
        where channel_id = \(channel) and \(unescaped: shelf.condition) and \(unescaped: shelf.column) > \(name)
            and key_id <> \(box.currentKeyID)
        order by \(unescaped: shelf.column) limit \(limit)
        """
    }

    /// Seals a page anew. Their rows must not change meanwhile: hold the line's row.
    /// - Returns: how many were sealed anew; the others no listed key opens.
    func renew(_ rows: [Row], on shelf: Shelf, with connection: Connection) async throws -> Int {
        var (names, sealed): ([String], [String]) = ([], [])
        for row in rows {
            let name: String = try row["name"]
            let old = SealedSecret(keyID: try row["key_id"], bytes: try row["sealed"])
            do throws(SecretBoxError) {
                guard let new = try box.renew(old, at: place(shelf.table, shelf.prefix + name)) else { continue }
                names.append(name)
                sealed.append(PostgresBytes.text(new.bytes))
            } catch {
                continue
            }
        }
        try await connection.query(
            """
            update \(unescaped: shelf.table) set key_id = \(box.currentKeyID), sealed = given.sealed
            from unnest(\(array: names)::text[], \(array: sealed)::bytea[]) as given (name, sealed)
            where channel_id = \(channel) and \(unescaped: shelf.condition)
                and \(unescaped: shelf.table).\(unescaped: shelf.column) = given.name
            """)
        return names.count
    }
}
