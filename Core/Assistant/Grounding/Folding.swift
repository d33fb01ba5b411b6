/// What each scalar is in normalised text, read once from `FoldData`: about 100 KB, and only where something is judged.
struct Folding: Sendable {
    static let shared = Folding(FoldData.text)

    /// A run of scalars that rise together with what they become, or one scalar and its text.
    private struct Run {
        var first: UInt32
        var count: UInt32
        var target: [Unicode.Scalar]
    }

    private let runs: [Run]

    private init(_ data: StaticString) {
        runs = data.withUTF8Buffer { bytes in
            bytes.split(separator: UInt8(ascii: "\n")).compactMap { Self.run($0) }
        }
    }

    /// `1d400+1a:61`
    private static func run(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Run? {
        let parts = String(decoding: line, as: UTF8.self).split(separator: ":")
        guard parts.count == 2 else { return nil }
        let range = parts[0].split(separator: "+")
        guard let first = range.first.flatMap({ UInt32($0, radix: 16) }) else { return nil }
        let count = range.count > 1 ? UInt32(range[1], radix: 16) ?? 1 : 1
        let target = parts[1].split(separator: ",").compactMap { UInt32($0, radix: 16).flatMap(Unicode.Scalar.init) }
        return Run(first: first, count: count, target: target)
    }

    /// `nil`: it stays what it is.
    func target(of scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = low + (high - low) / 2
            if runs[middle].first <= scalar.value { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let run = runs[low - 1]
        let offset = scalar.value - run.first
        guard offset < run.count else { return nil }
        guard offset > 0, let first = run.target.first else { return run.target }
        return Unicode.Scalar(first.value + offset).map { [$0] }
    }
}
