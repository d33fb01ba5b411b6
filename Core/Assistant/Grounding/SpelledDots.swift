/// Addresses that are spelled so that no program sees them: `example[.]com`, `example dot com`, `boss (at) example.com`.
extension NormalText {
    private static let commonEndings: Set<String> = [
        "com", "net", "org", "info", "shop", "store", "online", "xyz", "biz", "site", "app",
    ]
    private static let dots: Set<String> = [
        "dot", "punto", "ponto", "point", "punkt", "punt", "kropka", "точка", "nokta", "titik",
    ]
    private static let ats: Set<String> = ["at", "@", "arroba", "arobase", "ät", "malpa", "собака"]

    /// The text with these written out. Linear: each place looks at a few characters around it.
    var withPlainDots: NormalText {
        var plain = NormalText(emptyOf: self)
        var index = 0
        while index < scalars.count {
            if !scalars[index].isASCIILetter,
                let (sign, end) = bracketed(at: index) ?? spoken(at: index) ?? spaced(at: index)
            {
                plain.dropSpaces()
                plain.append(sign, isCapital: false, origin: origins[index])
                index = end
                while index < scalars.count, scalars[index] == " " { index += 1 }
            } else {
                plain.append(scalars[index], isCapital: capitals[index], origin: origins[index])
                index += 1
            }
        }
        return plain
    }

    private func bracketed(at start: Int) -> (Unicode.Scalar, Int)? {
        guard "[({<".unicodeScalars.contains(scalars[start]), start > 0 else { return nil }
        let inside = scalars[(start + 1)...].prefix(12).prefix { !"])}>".unicodeScalars.contains($0) }
        guard inside.endIndex < scalars.count, "])}>".unicodeScalars.contains(scalars[inside.endIndex]) else {
            return nil
        }
        let word = String(inside.filter { $0 != " " })
        if Self.ats.contains(word) { return ("@", inside.endIndex + 1) }
        let isDot = word.unicodeScalars.count == 1 && word.unicodeScalars.allSatisfy(HostText.isDot)
        return isDot || Self.dots.contains(word) ? (".", inside.endIndex + 1) : nil
    }

    /// ` dot com`, `-dot-com`
    private func spoken(at start: Int) -> (Unicode.Scalar, Int)? {
        guard start > 0, isGap(start), scalars[start - 1].isLetter || scalars[start - 1].isDigit else { return nil }
        let word = word(at: start + 1)
        guard word.count >= 3, Self.dots.contains(String(word)), isGap(word.endIndex) else { return nil }
        let ending = String(self.word(at: word.endIndex + 1))
        let isKnown =
            word.elementsEqual("dot".unicodeScalars)
            ? HostText.endsName(["x", ending]) && !isSeen(start) : Self.commonEndings.contains(ending)
        return isKnown ? (".", word.endIndex + 1) : nil
    }

    /// `the polka dot in red`: a dot that is seen and none that is read.
    private func isSeen(_ gap: Int) -> Bool {
        let before = scalars[..<gap].suffix(8).split(separator: " ", omittingEmptySubsequences: false).last ?? []
        return Self.describing.contains(String(before))
    }

    private static let describing: Set<String> = ["polka", "the", "a", "each", "every", "this", "that", "one", "red"]

    /// ` . com`, `. com`, `,com`
    private func spaced(at start: Int) -> (Unicode.Scalar, Int)? {
        let isSpaced = scalars[start] == " "
        let dot = isSpaced ? start + 1 : start
        guard start > 0, dot + 1 < scalars.count, scalars[start - 1].isLetter || scalars[start - 1].isDigit else {
            return nil
        }
        guard HostText.isDot(scalars[dot]) || scalars[dot] == "," && !isSpaced else { return nil }
        let isOpen = scalars[dot + 1] == " "
        guard isOpen || scalars[dot] == ",", scalars[dot] != "," || !isOpen else { return nil }
        let begin = isOpen ? dot + 2 : dot + 1
        let ending = word(at: begin)
        guard begin < scalars.count, !capitals[begin], Self.commonEndings.contains(String(ending)) else { return nil }
        return (".", dot + 1)
    }

    private func isGap(_ index: Int) -> Bool {
        index < scalars.count && (scalars[index] == " " || scalars[index] == "-")
    }

    private func word(at start: Int) -> ArraySlice<Unicode.Scalar> {
        guard start < scalars.count else { return [] }
        return scalars[start...].prefix(20).prefix { $0.isLetter }
    }
}
