package import Store

extension JobKind {
    /// Takes its time and does nothing: a load for tests and benchmarks. No program that is delivered knows it. Payload:
    /// `{"ms": 100}`.
    package static let pause = JobKind(
        "pause", timeout: 30, attempts: 3, share: Share(perOrganization: 4, perDestination: 2))
}
