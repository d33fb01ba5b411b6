import Testing

@testable import LocalRunner

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy()

    private func after(attempts: Int, age: Double, retries: Int = 2, maximumAge: Int = 21_600) -> RetryPolicy.Decision {
        policy.afterFailure(
            .init(attempts: attempts, throttles: 0, age: age), maximumRetries: retries, maximumAge: maximumAge)
    }

    @Test func twoMoreAttemptsAfterOneAndTwoMinutes() {
        #expect(after(attempts: 1, age: 0) == .again(after: 60))
        #expect(after(attempts: 2, age: 61) == .again(after: 120))
        #expect(after(attempts: 3, age: 182) == .giveUp(.retriesExhausted))
    }

    @Test func fewerWhenTheFunctionSaysSo() {
        #expect(after(attempts: 1, age: 0, retries: 0) == .giveUp(.retriesExhausted))
        #expect(after(attempts: 1, age: 0, retries: 1) == .again(after: 60))
        #expect(after(attempts: 2, age: 61, retries: 1) == .giveUp(.retriesExhausted))
    }

    @Test func anAttemptThatWouldComeTooLateIsNotMade() {
        #expect(after(attempts: 1, age: 0, maximumAge: 60) == .again(after: 60))
        #expect(after(attempts: 1, age: 0.1, maximumAge: 60) == .giveUp(.eventAgeExceeded))
    }

    @Test func throttlingBacksOffFromOneSecondToFiveMinutesForSixHours() {
        func after(_ throttles: Int, age: Double) -> RetryPolicy.Decision {
            policy.afterThrottling(.init(attempts: 0, throttles: throttles, age: age), maximumAge: 21_600)
        }
        #expect(
            (1...10).map { after($0, age: 0) } == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map { .again(after: $0) })
        #expect(after(1000, age: 0) == .again(after: 300))
        #expect(after(80, age: 21_301) == .giveUp(.eventAgeExceeded))
    }
}
