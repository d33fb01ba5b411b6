import FoundationEssentials
import NIOCore

/// What an on-failure destination receives.
struct FailureRecord {
    var event: QueuedEvent
    var arn: String
    var condition: RetryPolicy.Condition
    /// The last attempt's error JSON.
    var error: ByteBuffer

    func event(for destination: String) -> QueuedEvent {
        QueuedEvent(id: UUID(), function: destination, payload: json(at: Date()), acceptedAt: Date())
    }

    /// The payload and the error are JSON already and stand in the record as they are.
    func json(at date: Date) -> String {
        let milliseconds = Int((date.timeIntervalSince1970 * 1000).rounded())
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        return #"{"version":"1.0","timestamp":"\#(utcText(milliseconds / 1000)).\#(fraction)Z","requestContext":{"#
            + #""requestId":"\#(event.requestID)","functionArn":"\#(arn):$LATEST","condition":"\#(condition.rawValue)","#
            + #""approximateInvokeCount":\#(event.attempts)},"requestPayload":\#(event.payload),"#
            + #""responseContext":{"statusCode":\#(event.attempts > 0 ? 200 : 429),"executedVersion":"$LATEST","#
            + #""functionError":"Unhandled"},"responsePayload":\#(String(buffer: error))}"#
    }
}
