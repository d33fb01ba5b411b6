import WhatsAppWire

/// What came of a message, once it is stored.
struct ReceivingResult: Sendable {
    var outcome = Acknowledgement.Outcome.processed
    var tasks: [BackgroundTask] = []
    var pairs: [LIDPair] = []
    /// No job runner is looking.
    var wakes = false
}
