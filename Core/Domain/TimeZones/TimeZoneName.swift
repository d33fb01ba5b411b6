/// A name of the IANA time zone database that stands for a place or an offset.
package enum TimeZoneName {
    /// Whether the name may stand for a business's clock, by its form; whether it exists only Postgres knows.
    ///
    /// The database's folder also holds files that are no places: `localtime` is the server's own zone, `posixrules` a default
    /// for rules, `Factory` "not set", and `posix/`, `right/` the same zones again, the latter off by the leap seconds.
    /// Source: tz database, file Makefile and theory.html.
    package static func mayBePlace(_ name: String) -> Bool {
        let isNoPlace = ["posixrules", "localtime", "Factory"].contains(name)
        let isCopy = ["posix/", "right/", "SystemV/"].contains { name.hasPrefix($0) }
        return !isNoPlace && !isCopy
    }
}
