import Blocking

/// Requests to a host on this machine beside other work: one after the other, on a thread that may wait. The Runtime API's
/// own loop has nothing else to do and waits where it is.
actor LoopbackRoom {
    private let executor = QueueExecutor(label: "loopback")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter seconds: bounds the whole exchange.
    func exchange(
        _ request: LoopbackRequest, with authority: String, timeout seconds: Double
    ) throws(LoopbackError) -> LoopbackResponse {
        try LoopbackConnection(authority: authority).exchange(request, timeout: seconds)
    }
}
