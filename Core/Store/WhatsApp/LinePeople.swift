import Domain
package import FoundationEssentials
package import Postgres

/// That a hidden id and a phone number are the same person's. Digits only.
package struct LinePerson: Sendable, Hashable {
    package let lid: String
    package let phoneNumber: String

    package init(lid: String, phoneNumber: String) {
        self.lid = lid
        self.phoneNumber = phoneNumber
    }
}

extension Query {
    /// Those among the given people that are known by either name.
    package static func people(lids: [String], numbers: [String], of line: HeldLine) -> Query {
        """
        select lid, phone_number from whatsapp_people
        where channel_id = \(line.channel)
            and (lid = any (\(array: lids)::text[]) or phone_number = any (\(array: numbers)::text[]))
        """
    }

    /// Later knowledge wins; nobody has two numbers.
    package static func keep(_ people: [LinePerson], of line: HeldLine, at now: Date) -> [Query] {
        guard !people.isEmpty else { return [] }
        // One statement can't touch a row twice.
        let lids = Dictionary(people.map { ($0.lid, $0.phoneNumber) }, uniquingKeysWith: { $1 })
        let numbers = Dictionary(lids.map { ($1, $0) }, uniquingKeysWith: { $1 })
        return [
            """
            delete from whatsapp_people using
                unnest(\(array: numbers.map(\.value))::text[], \(array: numbers.map(\.key))::text[]) as given (lid, number)
            where channel_id = \(line.channel) and phone_number = given.number and whatsapp_people.lid <> given.lid
            """,
            """
            insert into whatsapp_people (organization_id, channel_id, lid, phone_number, updated_at)
            select \(line.organization), \(line.channel), lid, number, \(now)
            from unnest(\(array: numbers.map(\.value))::text[], \(array: numbers.map(\.key))::text[]) as given (lid, number)
            on conflict (organization_id, channel_id, lid) do update set phone_number = excluded.phone_number, updated_at = \(now)
            where whatsapp_people.phone_number <> excluded.phone_number
            """,
        ]
    }

    /// The customers' threads and contacts go on under the hidden ids. All are addresses of the road. One statement for all of a
    /// transaction, and no more of them than `mostPeople`: each keeps some locks until the end, of which the server has few thousand.
    package static func adopt(_ pairs: [(hidden: String, number: String)], on line: HeldLine, at now: Date) -> Query {
        let shared = pairs.map { PersonNumber(address: $0.number)?.e164 ?? "" }
        return """
            select adopt_hidden_ids(\(line.channel), \(array: pairs.map(\.hidden))::text[], \(array: pairs.map(\.number))::text[],
                array(select nullif(number, '') from unnest(\(array: shared)::text[]) with ordinality as given (number, place)
                    order by place), \(now))
            """
    }

    /// How many people one transaction learns of, or hears from.
    package static let mostPeople = 50

    /// Before a transaction that goes from one person to the next: another line of the organization may be doing the same in another order.
    /// - Parameter names: `InboundMessage.personNames` of all of them.
    package static func lock(people names: [String]) -> Query {
        "select lock_people(current_organization(), \(array: names)::text[])"
    }

    /// Names of people who have none yet. In the order of their ids: others lock several contacts, too.
    package static func name(_ names: [(address: String, name: String)], on line: HeldLine, at now: Date) -> Query {
        """
        with named as materialized (
            select contacts.id, given.name
            from unnest(\(array: names.map(\.address))::text[], \(array: names.map { $0.name.cut(to: 255) })::text[]) as given (address, name)
            join contact_addresses a on a.organization_id = \(line.organization) and a.kind = 'whatsapp_web'
                and a.address = given.address
            join contacts on contacts.organization_id = a.organization_id and contacts.id = a.contact_id and contacts.name = ''
            order by contacts.id for no key update of contacts
        )
        update contacts set name = named.name, updated_at = \(now)
        from named where contacts.organization_id = \(line.organization) and contacts.id = named.id
        """
    }
}

extension LinePerson {
    package init(_ row: Row) throws(PostgresError) {
        lid = try row["lid"]
        phoneNumber = try row["phone_number"]
    }
}
