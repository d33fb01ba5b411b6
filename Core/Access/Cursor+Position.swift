package import Domain
package import FoundationEssentials
import Postgres
package import Web

extension Cursor {
    /// The position of a row in a list ordered by a time and an id.
    package init<Owner>(_ time: Date, _ id: ID<Owner>) {
        self.init(PostgresTimestamp.text(time), id.text)
    }

    /// - Throws: 422 naming `cursor` when it was not made by the initializer above.
    package func position<Owner>() throws(Fault) -> (Date, ID<Owner>) {
        guard values.count == 2, let date = PostgresTimestamp.date(values[0]), let id = ID<Owner>(values[1]) else {
            throw Fault.invalid("cursor", "This cursor is not one of ours; start again without it.")
        }
        return (date, id)
    }
}
