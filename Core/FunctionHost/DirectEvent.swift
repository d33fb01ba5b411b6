import Web

/// What may invoke a function without HTTP: a schedule, and whoever may call the Invoke API, with an empty object.
///
/// Only the gateway of this function knows who makes a request. An event of another kind (a REST API's, a load balancer's, a
/// queue's) may carry anybody's words, so it must not count as a schedule that needs no secret.
enum DirectEvent {
    static func check(_ payload: [UInt8]) throws(RefusedEvent) {
        guard let json = try? JSONValue(parsing: payload), let members = json.object else {
            throw RefusedEvent(what: "it is no JSON object")
        }
        if members.isEmpty || isScheduled(members) { return }
        throw RefusedEvent(what: kind(of: members))
    }

    private static let envelope: Set<String> = [
        "account", "detail", "detail-type", "id", "region", "replay-name", "resources", "source", "time", "version",
    ]

    /// The envelope of EventBridge's rules, and of its Scheduler where a schedule has no input of its own.
    private static func isScheduled(_ members: [String: JSONValue]) -> Bool {
        ["aws.events", "aws.scheduler"].contains(members["source"]?.string)
            && members["detail-type"]?.string == "Scheduled Event"
            && members.keys.allSatisfy(envelope.contains)
    }

    private static func kind(of members: [String: JSONValue]) -> String {
        if members["httpMethod"] != nil { return "a request of a REST API or a load balancer" }
        if members["Records"] != nil || members["records"] != nil { return "records of a queue or a stream" }
        if members["responseContext"] != nil { return "a record of an earlier invocation" }
        return "an event of a kind that this function doesn't know"
    }
}

/// The schedule, the gateway or the caller is wired wrongly.
struct RefusedEvent: Error, CustomStringConvertible {
    let what: String
    var takesSchedules = true

    var description: String {
        "refused: \(what). This function takes requests of an HTTP API or a function URL in payload format 2.0"
            + (takesSchedules ? ", and schedules" : "")
    }
}
