import Domain
import Support
import Synchronization
import Web

/// The processes of the road, and the ways they die.
protocol RoadHost: Sendable {
    /// How many processes were killed so far.
    var deaths: Int { get }
    /// Posts a form, signed as Twilio signs, to one of our webhooks.
    /// - Returns: the status of the answer; `nil` when nobody answered.
    func post(_ form: FormFields, path: String, query: String) async throws -> Int?
    /// Whatever a host does by itself, until it is over.
    func tend(until isOver: @escaping @Sendable () -> Bool) async throws
    /// Death comes between commit points, too: somebody dies now.
    func strike()
    /// From now on nobody dies any more; who is marked for death dies now.
    func calm()
    /// Everything ends.
    func stop()
}

/// The seeded chance behind everything that happens in a crash test.
final class Dice: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) {
        generator = Mutex(SeededGenerator(seed: seed))
    }

    func roll(_ sides: Int) -> Int { generator.withLock { Int.random(in: 0..<sides, using: &$0) } }

    func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var generator = SeededGenerator(seed: generator.withLock { $0.next() })
        return elements.shuffled(using: &generator)
    }

    func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[roll(elements.count)]
    }
}
