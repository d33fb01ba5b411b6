/// Passwords that everybody tries first (ASVS 5.0, 6.2.4).
enum FrequentPasswords {
    private static let all = Set(list.split(separator: " ").map(String.init))

    /// Upper and lower case are the same guess.
    static func contains(_ password: String) -> Bool { all.contains(password.lowercased()) }
}
