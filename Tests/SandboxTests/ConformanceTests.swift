import Testing

/// The simulators before strict judges: the providers' own SDKs, their published descriptions, a real browser.
@Suite struct ConformanceTests {
    @Test(.timeLimit(.minutes(3))) func twiliosSDKAndDescriptionAcceptTheSimulator() async throws {
        try await RunningSandbox.with { try await $0.judge("Conformance/twilio_simulator.py") }
    }

    @Test(.timeLimit(.minutes(3))) func theModelSDKsAndDescriptionsAcceptTheSimulators() async throws {
        try await RunningSandbox.with { try await $0.judge("Conformance/model_simulators.py") }
    }

    @Test(.timeLimit(.minutes(3))) func aBrowserWritesAndSeesTheReply() async throws {
        try await RunningSandbox.with { try await $0.judge("Browser/phone.py") }
    }
}
