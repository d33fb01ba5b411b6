import Testing

@testable import LocalRunner

@Suite struct RuntimeStateTests {
    private func invoked(_ id: String = "a") throws -> RuntimeState {
        var state = RuntimeState()
        try state.poll()
        state.invoke(id)
        return state
    }

    @Test func oneInvocationAfterTheOther() throws {
        var state = try invoked()
        try state.answer("a")
        #expect(state.phase == .answered("a"))
        try state.poll()
        state.invoke("b")
        #expect(state.phase == .invoked("b"))
    }

    @Test func aWrongOrFinishedIdIsRefused() throws {
        var state = try invoked()
        #expect(throws: RuntimeState.Refusal.invalidRequestID) { try state.answer("b") }
        try state.answer("a")
        try state.poll()
        #expect(throws: RuntimeState.Refusal.invalidRequestID) { try state.answer("a") }
    }

    @Test func aSecondAnswerIsOutOfOrder() throws {
        var state = try invoked()
        try state.answer("a")
        #expect(throws: RuntimeState.Refusal.invalidStateTransition) { try state.answer("a") }
    }

    @Test func pollingTwiceOrInsteadOfAnsweringIsOutOfOrder() throws {
        var state = try invoked()
        #expect(throws: RuntimeState.Refusal.invalidStateTransition) { try state.poll() }
        var polling = RuntimeState()
        try polling.poll()
        #expect(throws: RuntimeState.Refusal.invalidStateTransition) { try polling.poll() }
        polling.pollBroke()
        try polling.poll()
        #expect(polling.phase == .polling)
    }

    @Test func initErrorOnlyBeforeTheFirstPoll() throws {
        var state = RuntimeState()
        try state.failInit()
        #expect(throws: RuntimeState.Refusal.invalidStateTransition) { try state.failInit() }
        #expect(throws: RuntimeState.Refusal.invalidStateTransition) { try state.poll() }
        var polling = RuntimeState()
        try polling.poll()
        #expect(throws: RuntimeState.Refusal.invalidStateTransition) { try polling.failInit() }
    }
}
