/// Finds links, mail addresses, handles and bare addresses of machines in normalised text.
struct LinkScanner {
    private let text: NormalText
    private var scalars: [Unicode.Scalar] { text.scalars }
    private(set) var claims: [Claim] = []
    /// What belongs to one: its digits are no figures.
    private(set) var taken: [Bool]

    init(_ text: NormalText) {
        self.text = text
        taken = Array(repeating: false, count: text.scalars.count)
        scan(for: ":") { scanner, index in scanner.addLink(withSchemeAt: index) }
        scan(for: "@") { scanner, index in scanner.addMail(at: index) }
        var index = 1
        while index < scalars.count {
            let isDot = !taken[index] && HostText.isDot(scalars[index])
            index = max(index + 1, isDot ? addHost(around: index) : 0)
        }
        scan(for: ":") { scanner, index in scanner.addIPv6(around: index) }
    }

    private mutating func scan(for sign: Unicode.Scalar, _ add: (inout LinkScanner, Int) -> Void) {
        for index in scalars.indices where scalars[index] == sign && !taken[index] { add(&self, index) }
    }

    /// `https://...`, any scheme.
    private mutating func addLink(withSchemeAt colon: Int) {
        guard colon > 0, colon + 2 < scalars.count, isSlash(colon + 1), isSlash(colon + 2) else { return }
        var start = colon
        while start > 0, colon - start < 20, scalars[start - 1].isASCIILetter || scalars[start - 1].isDigit {
            start -= 1
        }
        let end = scalars[(colon + 3)...].firstIndex { HostText.isStop($0) && !HostText.isDot($0) } ?? scalars.count
        let text = HostText.trimmed(scalars[(colon + 3)..<end])
        let authority = text.prefix { !"/?#\\".unicodeScalars.contains($0) }
        guard start < colon, authority.contains(where: { $0.isLetter || $0.isDigit }) else { return }
        add(
            WebAddress(authority: plain(authority), rest: self.text.asWritten(authority.endIndex..<text.endIndex)),
            from: start, to: text.endIndex)
    }

    private func isSlash(_ index: Int) -> Bool { scalars[index] == "/" || scalars[index] == "\\" }

    private func plain(_ host: some Sequence<Unicode.Scalar>) -> String {
        String(host.map { HostText.isDot($0) ? "." : $0 })
    }

    /// `name@host`, or `@name`.
    private mutating func addMail(at sign: Int) {
        var start = sign
        while start > 0, sign - start < 64, isLocal(scalars[start - 1]), !taken[start - 1] { start -= 1 }
        let end = hostEnd(from: sign + 1)
        let labels = plain(scalars[min(sign + 1, end)..<end]).split(separator: ".").map(String.init)
        if start < sign, let host = longestName(labels) {
            let address = String(scalars[start..<sign]) + "@" + WebAddress(authority: host, rest: "").host
            take(
                Claim(kind: .email, text: address, values: [address]), from: start,
                to: sign + 1 + host.unicodeScalars.count)
        } else if start == sign, let name = labels.first, name.count >= 3 {
            take(
                Claim(kind: .link, text: "@" + name, values: ["@" + name]), from: sign,
                to: sign + 1 + name.unicodeScalars.count)
        }
    }

    private func isLocal(_ scalar: Unicode.Scalar) -> Bool {
        HostText.letterClass(scalar) == 0 || ".+%&".unicodeScalars.contains(scalar)
    }

    /// `example.com/menu`, `203.0.113.7`: a dot between letters or digits.
    /// - Returns: where the text goes on that this says nothing of.
    private mutating func addHost(around dot: Int) -> Int {
        guard dot + 1 < scalars.count, let before = HostText.letterClass(scalars[dot - 1]),
            HostText.letterClass(scalars[dot + 1]) != nil
        else { return dot }
        var start = dot
        while start > 0, dot - start < 64, !taken[start - 1], HostText.letterClass(scalars[start - 1]) == before {
            start -= 1
        }
        let end = hostEnd(from: start)
        let labels = plain(scalars[start..<end]).split(separator: ".").map(String.init)
        guard let host = longestName(labels) else { return end }
        let hostEnd = start + host.unicodeScalars.count
        let rest = rest(from: hostEnd)
        let port = scalars[hostEnd..<rest.startIndex]
        add(
            WebAddress(authority: host + String(port), rest: text.asWritten(rest.indices)), from: start,
            to: rest.endIndex)
        return rest.endIndex
    }

    /// Labels and the dots between them, from the first letter on.
    private func hostEnd(from start: Int) -> Int {
        var index = start
        var letters: Int?
        while index < scalars.count, index - start < HostText.longest {
            if let next = HostText.letterClass(scalars[index]) {
                if let letters, letters != next { break }
                letters = next
            } else if HostText.isDot(scalars[index]), letters != nil, index + 1 < scalars.count,
                HostText.letterClass(scalars[index + 1]) != nil
            {
                letters = nil
            } else {
                break
            }
            index += 1
        }
        return index
    }

    /// The labels up to the last that ends a name: `example.com` of `example.com.then`.
    private func longestName(_ labels: [String]) -> String? {
        guard labels.count > 1 else { return nil }
        if HostText.isIPv4(labels) { return labels.joined(separator: ".") }
        for count in stride(from: labels.count, through: 2, by: -1)
        where HostText.endsName(Array(labels.prefix(count))) {
            return labels.prefix(count).joined(separator: ".")
        }
        return nil
    }

    /// Behind a host: `:8080/path?query`. Begins behind the port.
    private func rest(from start: Int) -> ArraySlice<Unicode.Scalar> {
        var index = start
        if index + 1 < scalars.count, scalars[index] == ":", scalars[index + 1].isDigit {
            index += 1
            while index < scalars.count, scalars[index].isDigit { index += 1 }
        }
        guard index < scalars.count, "/?#\\".unicodeScalars.contains(scalars[index]) else {
            return scalars[index..<index]
        }
        let end = scalars[index...].firstIndex(where: HostText.isStop) ?? scalars.count
        return HostText.trimmed(scalars[index..<end])
    }

    /// `2001:db8::1`
    private mutating func addIPv6(around colon: Int) {
        let isPart = { (scalar: Unicode.Scalar) in
            scalar.isDigit || scalar == ":" || (0x61...0x66).contains(scalar.value)
        }
        var start = colon
        while start > 0, colon - start < 5, isPart(scalars[start - 1]) { start -= 1 }
        // Behind the first colon of an address nothing new begins.
        guard !taken[colon], !scalars[start..<colon].contains(":") else { return }
        let end = scalars[start...].prefix(46).firstIndex { !isPart($0) } ?? min(scalars.count, start + 46)
        let address = String(scalars[start..<end])
        let groups = address.split(separator: ":", omittingEmptySubsequences: false)
        guard groups.count > 2, groups.count <= 9, groups.allSatisfy({ $0.count <= 4 }) else { return }
        guard address.contains("::") || groups.count == 8, address.count > 3 else { return }
        take(Claim(kind: .link, text: address, values: [address]), from: start, to: end)
    }

    private mutating func add(_ address: WebAddress, from start: Int, to end: Int) {
        take(Claim(kind: .link, text: address.text, values: [address.text]), from: start, to: end)
    }

    private mutating func take(_ claim: Claim, from start: Int, to end: Int) {
        claims.append(claim)
        for index in start..<min(end, scalars.count) { taken[index] = true }
    }
}
