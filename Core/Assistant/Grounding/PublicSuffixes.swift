/// The public suffix list (publicsuffix.org): under which names anybody may register one. All rules, the private ones too.
package enum PublicSuffixes {
    private static let table = StaticTable(SuffixData.text)
    /// Labels of one host; DNS has no more (RFC 1035: 255 octets).
    private static let mostLabels = 127

    /// The name that its owner registered, in lower case with its own letters; `nil` for a suffix itself and for what is no host
    /// name. A name under an unlisted top level counts as if that were listed (the list's rule `*`).
    package static func registrableDomain(of host: String) -> String? {
        let labels = labels(of: host)
        guard labels.count > 1, labels.count <= mostLabels, !labels.contains("") else { return nil }
        let suffix = suffixLength(labels)
        return labels.count > suffix ? labels.suffix(suffix + 1).joined(separator: ".") : nil
    }

    /// Whether the list has a rule for the last label: it is a top-level domain of the real DNS.
    static func isTopLevel(_ label: String) -> Bool {
        let found = table.find(Array(label.utf8))
        return found.value != nil || table.find(Array((label + ".").utf8)).begins
    }

    /// Lower case; punycode as what it stands for.
    static func labels(of host: String) -> [String] {
        host.lowercased().split(separator: ".", omittingEmptySubsequences: false).map {
            Punycode.decoded($0) ?? String($0)
        }
    }

    /// How many labels the longest rule covers; an exception covers one less than it has.
    private static func suffixLength(_ labels: [String]) -> Int {
        var longest = 1
        var key = ""
        for (count, label) in labels.reversed().enumerated() {
            if table.find(Array((key + (count > 0 ? "." : "") + "!" + label).utf8)).value != nil { return count }
            if count > 0, table.find(Array((key + ".*").utf8)).value != nil { longest = count + 1 }
            key += (count > 0 ? "." : "") + label
            if table.find(Array(key.utf8)).value != nil { longest = count + 1 }
        }
        return longest
    }
}
