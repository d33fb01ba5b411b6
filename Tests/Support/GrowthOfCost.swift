/// What work costs for twice the input, in the thread's own processor time: other processes of a busy machine don't count.
package enum GrowthOfCost {
    /// How many times as much `work` takes for an input of twice the size; the least of several tries, because a pause only adds.
    /// Linear work gives 2, work with the square of its input 4.
    package static func whenDoubled<Input>(
        _ size: Int, tries: Int = 3, input: (Int) -> Input, work: (Input) -> Void
    ) -> Double {
        let (once, twice) = (input(size), input(size * 2))
        func least(_ input: Input) -> Double {
            (0..<tries).map { _ in seconds { work(input) } }.min() ?? .infinity
        }
        work(once)
        // A busy neighbour can slow one measurement down; it can't make work with the square of its input linear.
        return (0..<3).map { _ in least(twice) / max(least(once), 1e-9) }.min() ?? .infinity
    }

    private static func seconds(_ work: () -> Void) -> Double {
        let began = ProcessorTime.ofThread
        work()
        return ProcessorTime.ofThread - began
    }
}
