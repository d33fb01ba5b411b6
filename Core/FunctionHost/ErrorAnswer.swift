import Logging
import Postgres
import Web

/// The one place where an error becomes an HTTP answer.
enum ErrorAnswer {
    static func response(to error: any Error, requestID: String, logger: Logger) -> Response {
        if let fault = error as? Fault { return Problem.response(fault, requestID: requestID) }
        logger.error("the request failed", metadata: ["error": "\(String(reflecting: error))"])
        if (error as? PostgresError)?.isPassing == true {
            return Problem.response(.unavailable("The database does not answer; try again soon."), requestID: requestID)
        }
        return Problem.internalError(requestID: requestID)
    }
}
