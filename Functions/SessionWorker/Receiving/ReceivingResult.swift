import WhatsAppWire

/// What came of a message, once it is stored.
struct ReceivingResult: Sendable {
    var outcome = Acknowledgement.Outcome.processed
    var tasks: [BackgroundTask] = []
    var pairs: [LIDPair] = []
    /// Something new was stored that a job runner has to answer.
    var isWork = false
}
