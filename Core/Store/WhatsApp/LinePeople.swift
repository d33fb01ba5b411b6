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

    /// The customer's thread and contact go on under the hidden id. Both are addresses of the road.
    package static func adopt(hidden: String, number: String, on line: HeldLine, at now: Date) -> Query {
        "select adopt_hidden_id(\(line.channel), \(hidden), \(number), \(now), \(PersonNumber(address: number)?.e164))"
    }

    /// Names of people who have none yet.
    package static func name(_ names: [(address: String, name: String)], on line: HeldLine, at now: Date) -> Query {
        """
        update contacts set name = given.name, updated_at = \(now)
        from unnest(\(array: names.map(\.address))::text[], \(array: names.map { $0.name.cut(to: 255) })::text[]) as given (address, name)
        join contact_addresses a on a.organization_id = \(line.organization) and a.kind = 'whatsapp_web'
            and a.address = given.address
        where contacts.id = a.contact_id and contacts.name = ''
        """
    }
}

extension LinePerson {
    package init(_ row: Row) throws(PostgresError) {
        lid = try row["lid"]
        phoneNumber = try row["phone_number"]
    }
}
