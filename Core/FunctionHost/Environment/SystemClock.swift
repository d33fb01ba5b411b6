package import Domain
import FoundationEssentials

extension WallClock {
    package static let system = WallClock { Date() }

    /// The sandbox's movable clock: the file holds the seconds to add, and is read each time since the clock may be moved
    /// at any time. A file that is missing or malformed means no shift.
    package static func shifted(by file: String) -> WallClock {
        WallClock {
            let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return Date() + (Double(text.filter { !$0.isWhitespace }) ?? 0)
        }
    }
}
