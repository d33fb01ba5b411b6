import FoundationEssentials
import Postgres

extension LineKeys {
    /// Rows of a line that hold secrets of one kind, told apart by their names.
    struct SealedRows: Sendable {
        /// Of ours, never foreign: they become part of statements.
        fileprivate let table: String
        fileprivate let column: String
        fileprivate let condition: String
        /// What stands before the name in a secret's place.
        fileprivate let prefix: String

        static let all =
            LineKey.Kind.allCases.map {
                SealedRows(
                    table: "whatsapp_keys", column: "name", condition: "kind = '\($0.rawValue)'",
                    prefix: $0.rawValue + "/")
            } + [SealedRows(table: "whatsapp_sent", column: "message_id", condition: "true", prefix: "")]
    }

    /// A page of what another key than the current one sealed, by name.
    func older(of kind: SealedRows, after name: String, limit: Int) -> Query {
        """
        select \(unescaped: kind.column) as name, key_id, sealed from \(unescaped: kind.table)
        where channel_id = \(channel) and \(unescaped: kind.condition) and \(unescaped: kind.column) > \(name)
            and key_id <> \(box.currentKeyID)
        order by \(unescaped: kind.column) limit \(limit)
        """
    }

    /// Seals a page anew. Their rows must not change meanwhile: hold the line's row.
    /// - Returns: how many were sealed anew; the others no listed key opens.
    func renew(_ rows: [Row], of kind: SealedRows, with connection: Connection) async throws -> Int {
        var (names, sealed): ([String], [String]) = ([], [])
        for row in rows {
            let name: String = try row["name"]
            let old = SealedSecret(keyID: try row["key_id"], bytes: try row["sealed"])
            do throws(SecretBoxError) {
                guard let new = try box.renew(old, at: place(kind.table, kind.prefix + name)) else { continue }
                names.append(name)
                sealed.append(PostgresBytes.text(new.bytes))
            } catch {
                continue
            }
        }
        try await connection.query(
            """
            update \(unescaped: kind.table) set key_id = \(box.currentKeyID), sealed = given.sealed
            from unnest(\(array: names)::text[], \(array: sealed)::bytea[]) as given (name, sealed)
            where channel_id = \(channel) and \(unescaped: kind.condition)
                and \(unescaped: kind.table).\(unescaped: kind.column) = given.name
            """)
        return names.count
    }
}
