import Conversation
import Domain
import Environment
package import FunctionHost
import Postgres
import Providers
package import Store

extension JobHandler {
    /// Postgres connections for all jobs of the process together: a job holds one for moments and waits for models and
    /// providers without.
    private static let shared = 4
    /// With the one that listens.
    package static let connections = shared + 1

    /// What production and the sandbox are made of; the sandbox differs in its variables only.
    /// - Parameter others: kinds of job beside the two of the road.
    package init(_ environment: FunctionEnvironment, others: [JobKind: Work] = [:]) throws {
        let configuration = environment.configuration
        let faults = FaultPoints.configured(configuration.fault, isSandbox: configuration.isSandbox)
        let sender = try Self.senders(environment)
        let database = Database(url: try configuration.databaseURL, connections: Self.shared)
        let queue = JobQueue(
            database: database, clock: environment.clock, randomness: environment.randomness,
            kinds: [.send, .turn] + others.keys, lease: try configuration.jobLease)
        self.others = others
        let calls = RunnerCalls(url: try configuration.databaseURL, ids: environment.ids)
        recorder = try configuration.secret(.secretKeys).map { keys in
            TurnRecorder(database: database, box: try SecretBox(keys: keys)) { error in
                environment.complain("a turn's recording was not kept", about: error)
            }
        }
        let marked = MarkedReplies()
        turn = Turn(
            database: database, clock: environment.clock, ids: environment.ids, randomness: environment.randomness,
            http: environment.http, composer: try Self.composer(environment, database), sender: sender,
            recorder: recorder, lease: try configuration.jobLease, marked: marked,
            faults: faults)
        outbox = Outbox(
            database: database, clock: environment.clock, ids: environment.ids, sender: sender,
            limits: try Outbox.Limits(configuration), marked: marked, faults: faults)
        runner = { perform in
            JobRunner(
                queue: queue, calls: calls, faults: faults, wake: { await environment.invoke.wake("run-jobs") },
                report: { job, error in
                    environment.complain(
                        "a job failed", about: error, ["kind": job.kind.name, "key": job.key])
                },
                perform: perform)
        }
    }

    private static func composer(_ environment: FunctionEnvironment, _ database: Database) throws -> Composer {
        let configuration = environment.configuration
        return .live(
            database: database, http: environment.http,
            secretBox: try configuration.secret(.secretKeys).map { try SecretBox(keys: $0) }, ids: environment.ids,
            randomness: environment.randomness, environment: try configuration.models)
    }

    /// Twilio, when its account is configured.
    private static func senders(
        _ environment: FunctionEnvironment
    ) throws -> @Sendable (ChannelKind) -> ChannelSender? {
        let configuration = environment.configuration
        guard let account = configuration.twilioAccountSID, let token = try configuration.twilioAuthToken else {
            return { _ in nil }
        }
        let client = TwilioClient.live(
            http: environment.http, accountSID: account, authToken: token,
            apiBaseURL: configuration.twilioAPIBaseURL, messagingBaseURL: configuration.twilioMessagingBaseURL)
        let twilio = ChannelSender.twilio(
            client, statusCallback: "\(try configuration.publicURL)/api/hooks/twilio/status")
        return { kind in kind == .whatsappTwilio ? twilio : nil }
    }
}

extension Outbox.Limits {
    init(_ configuration: Configuration) throws {
        self.init()
        lookingFor = try configuration.reconcileSeconds
    }
}
