import FoundationEssentials
import Synchronization

/// One invocation as it came from the host: who and until when, and the payload.
struct Invocation {
    var context: InvocationContext
    var payload: [UInt8]

    init(_ response: LoopbackResponse) throws {
        guard let requestID = response.headers["lambda-runtime-aws-request-id"],
            let deadline = response.headers["lambda-runtime-deadline-ms"].flatMap(Double.init)
        else { throw RuntimeFailure.incompleteEvent }
        context = InvocationContext(
            requestID: requestID, functionARN: response.headers["lambda-runtime-invoked-function-arn"] ?? "",
            deadline: Date(timeIntervalSince1970: deadline / 1000),
            traceID: response.headers["lambda-runtime-trace-id"])
        payload = response.body
    }
}

/// The invocation that this process works for; log lines take their request id from it. One at a time, so a plain global
/// does: a task-local value would send every invocation through the thread pool and back.
enum CurrentInvocation {
    private static let current = Mutex<String?>(nil)

    static var requestID: String? {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}
