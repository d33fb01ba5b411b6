import FoundationEssentials

/// Most messages held; the oldest tenth is forgotten beyond it.
private let messageCapacity = 5_000
private let deliveryCapacity = 300
private let customerCapacity = 2_000

/// The telephone network, WhatsApp and Twilio's memory in one: what exists, what was said, who may still be written to.
/// It decides and remembers; requests to Parley are the work of `WebhookSender`.
actor SimulatedTwilio {
    let configuration: SandboxConfiguration
    let clock: SandboxClock
    /// Where this simulator's own API is; media URLs point there, as Twilio's point to api.twilio.com.
    private(set) var apiBase = ""
    var sids: SIDSource
    var faults = PlannedFaults()
    var numbers: [String: OwnedNumber] = [:]
    var customers: [String: Customer] = [:]
    /// Last inbound message of a conversation: opens the 24-hour window.
    var lastInbound: [Pair: Date] = [:]
    var optedOut: Set<Pair> = []
    /// Until when the business's typing indicator shows.
    var typing: [Pair: Date] = [:]
    /// Messages that wait for the next one to overtake them.
    var overtaken: [Pair: [String]] = [:]
    private var order: [String] = []
    private var bySID: [String: Message] = [:]
    private(set) var deliveries: [Delivery] = []
    private(set) var version = 0
    private var nextSequence = 0
    private var observers: [Int: AsyncStream<Int>.Continuation] = [:]
    private var nextObserver = 0

    init(_ configuration: SandboxConfiguration, clock: SandboxClock) {
        self.configuration = configuration
        self.clock = clock
        sids = SIDSource(seed: configuration.seed)
        let now = clock.now
        for number in configuration.sharedNumbers {
            numbers[number] = OwnedNumber(
                sid: sids.make("PN"), phoneNumber: number, friendlyName: "Twilio Sandbox for WhatsApp",
                smsMethod: "POST",
                createdAt: now, updatedAt: now)
        }
    }

    func isReached(at port: Int) { apiBase = "http://127.0.0.1:\(port)" }

    // MARK: Messages

    func message(_ sid: String) -> Message? { bySID[sid] }

    /// Oldest first.
    var messages: [Message] { order.compactMap { bySID[$0] } }

    func add(_ make: (Int) -> Message) -> Message {
        nextSequence += 1
        let message = make(nextSequence)
        order.append(message.sid)
        bySID[message.sid] = message
        if order.count > messageCapacity { forgetOldest(messageCapacity / 10) }
        changed()
        return message
    }

    func update(_ sid: String, _ change: (inout Message) -> Void) -> Message? {
        guard var message = bySID[sid] else { return nil }
        change(&message)
        message.updatedAt = clock.now
        bySID[sid] = message
        changed()
        return message
    }

    func remove(_ sid: String) -> Bool {
        guard bySID.removeValue(forKey: sid) != nil else { return false }
        order.removeAll { $0 == sid }
        changed()
        return true
    }

    private func forgetOldest(_ count: Int) {
        for sid in order.prefix(count) { bySID[sid] = nil }
        order.removeFirst(count)
    }

    // MARK: Log

    func log(_ delivery: Delivery) {
        deliveries.append(delivery)
        if deliveries.count > deliveryCapacity { deliveries.removeFirst(deliveryCapacity / 10) }
        changed()
    }

    // MARK: Changes

    func changed() {
        version += 1
        for observer in observers.values { observer.yield(version) }
    }

    /// The version after each change; only the newest is kept for a slow reader.
    func changes() -> AsyncStream<Int> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let id = nextObserver
        nextObserver += 1
        observers[id] = continuation
        continuation.onTermination = { [weak self] _ in Task { await self?.forget(observer: id) } }
        continuation.yield(version)
        return stream
    }

    /// Lets every viewer know that the line is alive.
    func beat() {
        for observer in observers.values { observer.yield(version) }
    }

    private func forget(observer id: Int) { observers[id] = nil }

    // MARK: Forgetting

    /// Everything said and every fault; numbers and customers stay.
    func forgetConversations() {
        order = []
        bySID = [:]
        deliveries = []
        lastInbound = [:]
        optedOut = []
        typing = [:]
        overtaken = [:]
        faults.clear()
        changed()
    }

    func know(_ number: String, _ change: (inout Customer) -> Void) {
        if customers.count >= customerCapacity { customers.removeAll() }
        var customer = customers[number] ?? Customer(name: "")
        change(&customer)
        customers[number] = customer
        changed()
    }
}
