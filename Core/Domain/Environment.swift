package import FoundationEssentials

/// The wall clock as a value: domain rules and SQL take `now` from here, never from the system, so that tests and the
/// sandbox can move time.
package struct WallClock: Sendable {
    package var now: @Sendable () -> Date

    package init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }

    package static func fixed(_ date: Date) -> WallClock {
        WallClock { date }
    }
}

/// Randomness as a value. `bytes(n)` returns n cryptographically random bytes in production and a seeded stream in tests.
package struct Randomness: Sendable {
    package var bytes: @Sendable (Int) -> [UInt8]

    package init(bytes: @escaping @Sendable (Int) -> [UInt8]) {
        self.bytes = bytes
    }

    package static let system = Randomness { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

/// Makes the identifiers of new rows before they are written, so that a repeated attempt writes the same row.
package struct IDSource: Sendable {
    package var next: @Sendable () -> UUID

    package init(next: @escaping @Sendable () -> UUID) {
        self.next = next
    }

    package init(clock: WallClock, randomness: Randomness) {
        next = { UUID(version7At: clock.now(), random: randomness.bytes(10)) }
    }

    package func make<Owner>() -> ID<Owner> {
        ID(next())
    }
}

extension UUID {
    /// UUID version 7 (RFC 9562 5.7) from a time and ten random bytes.
    package init(version7At date: Date, random: [UInt8]) {
        precondition(random.count == 10, "a version 7 UUID takes ten random bytes")
        let milliseconds = UInt64(max(0, date.timeIntervalSince1970 * 1000))
        let time = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> (40 - 8 * UInt64($0))) }
        self.init(
            uuid: (
                time[0], time[1], time[2], time[3], time[4], time[5],
                0x70 | (random[0] & 0x0f), random[1], 0x80 | (random[2] & 0x3f), random[3],
                random[4], random[5], random[6], random[7], random[8], random[9]
            ))
    }
}
