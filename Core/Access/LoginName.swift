/// The name that an account is entered with: an e-mail address, or the operator's user name. One name has one spelling; the database
/// makes it (`login_name`) for whoever counts tries, looks for the account or stores one.
package enum LoginName {
    /// A user name: letters, digits and signs of ASCII that no spelling can hide.
    package static func isUsername(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// What most people write already, without asking the database: good enough to recognize a device.
    static func plain(_ written: String) -> String {
        String(written.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()).lowercased()
    }

    /// Whether somebody who knows `name` would guess `password` (in lower case) at once: the address, or what stands before the @.
    static func looks(_ name: String, like password: String) -> Bool {
        let name = plain(name)
        let local = name.split(separator: "@").first.map(String.init) ?? name
        return password == name || password == local
    }
}
