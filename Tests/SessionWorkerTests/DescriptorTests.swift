import Testing

@testable import SessionWorker

@Suite struct DescriptorTests {
    @Test(arguments: [(1000, 65_536, 1000), (1000, 1024, 768), (100_000, 4096, 3840), (10, 64, 1), (5, .max, 5)])
    func noMoreLinesThanThereAreDescriptorsFor(_ wanted: Int, _ limit: Int, _ expected: Int) {
        #expect(Descriptors.lines(wanted: wanted, limit: limit) == expected)
    }

    @Test func theLimitIsWhatTheProcessHas() {
        let limit = Descriptors.raise()
        #expect(limit >= 256 && limit == Descriptors.raise())
    }
}
