import Domain
package import FoundationEssentials
package import Postgres

/// The devices of one person, as the server listed them.
package struct DeviceList: Sendable, Equatable {
    /// Bare JID.
    package let person: String
    /// JIDs with their device.
    package let devices: [String]

    package init(person: String, devices: [String]) {
        self.person = person
        self.devices = devices
    }
}

extension Query {
    /// Lists that are not older than a day.
    package static func devices(of people: [String], on line: HeldLine, at now: Date) -> Query {
        """
        select person, to_json(devices)::text as devices from whatsapp_devices
        where channel_id = \(line.channel) and person = any (\(array: people)::text[])
            and fetched_at > \(now)::timestamptz - interval '24 hours'
        """
    }

    package static func keep(_ lists: [DeviceList], on line: HeldLine, at now: Date) -> [Query] {
        lists.map { list in
            """
            insert into whatsapp_devices (organization_id, channel_id, person, devices, fetched_at)
            values (\(line.organization), \(line.channel), \(list.person), \(array: Array(list.devices.prefix(64))), \(now))
            on conflict (organization_id, channel_id, person) do update set devices = excluded.devices, fetched_at = excluded.fetched_at
            """
        }
    }

    /// The server said that they changed.
    package static func forgetDevices(of people: [String], on line: HeldLine) -> Query {
        "delete from whatsapp_devices where channel_id = \(line.channel) and person = any (\(array: people)::text[])"
    }
}

extension DeviceList {
    package init(_ row: Row) throws(PostgresError) {
        person = try row["person"]
        devices = try row.json("devices")
    }
}
