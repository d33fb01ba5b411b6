import Conversation
import Support
import Synchronization
import Web

/// The four functions of the road, each behind a Runtime API of its own. Two lives of three end at a commit point.
final class MortalFunctions: RoadHost {
    private static let products = [
        "inbound": "twilio-inbound", "status": "twilio-status", "jobs-1": "run-jobs", "jobs-2": "run-jobs",
    ]
    private static let points: [String: [FaultPoint]] = [
        "twilio-inbound": [.inboxStored],
        "twilio-status": [.statusStored],
        "run-jobs": FaultPoint.road.filter { $0 != .inboxStored && $0 != .statusStored },
    ]

    private let functions: [String: MortalFunction]
    private let dice: Dice
    private let isCalm: CalmFlag

    init(variables: [String: String], dice: Dice) {
        let calm = CalmFlag()
        self.dice = dice
        isCalm = calm
        functions = Self.products.mapValues { product in
            MortalFunction(product, variables: variables) {
                guard !calm.isSet, dice.roll(3) != 0 else { return nil }
                return dice.pick(Self.points[product] ?? [])?.rawValue
            }
        }
    }

    var deaths: Int { functions.values.reduce(0) { $0 + $1.deaths } }

    func post(_ form: FormFields, path: String, query: String) async throws -> Int? {
        let event = SignedForm.event(
            form, path: path, query: query, publicURL: Harbour.publicURL, key: Harbour.token)
        guard let function = functions[path.hasSuffix("/status") ? "status" : "inbound"] else { return nil }
        return SignedForm.status(try await function.invoke(event))
    }

    /// Wakes the job runners again whenever they have ended.
    func tend(until isOver: @escaping @Sendable () -> Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["jobs-1", "jobs-2"] {
                guard let function = functions[name] else { continue }
                group.addTask {
                    while !isOver() {
                        _ = try await function.invoke("{}", seconds: 60)
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    func strike() {
        guard !isCalm.isSet else { return }
        dice.pick(functions.keys.sorted()).flatMap { functions[$0] }?.strike()
    }

    func calm() {
        isCalm.set()
        stop()
    }

    func stop() {
        for function in functions.values { function.kill() }
    }
}

final class CalmFlag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

extension FaultPoint {
    /// Those a job runner or a webhook comes by.
    static let road = allCases.filter { !$0.rawValue.hasPrefix("line.") }
}
