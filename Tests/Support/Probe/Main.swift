import FoundationEssentials
import FunctionHost
import Glibc
import Web

/// A function that does as it is told, for the tests of hosts and for benchmarks.
///
/// An event that is not HTTP says what to do in `do`; further members refine it:
///
/// | event | what happens |
/// | --- | --- |
/// | `{"do":"echo", ...}`, or no `do` | answers the event itself, byte for byte |
/// | `{"do":"context"}` | answers request id, ARN, deadline in ms, trace id and `_X_AMZN_TRACE_ID` |
/// | `{"do":"environment","name":"X"}` | answers the variable as a JSON string, or null |
/// | `{"do":"sleep","ms":500}` | answers after that time |
/// | `{"do":"spin","ms":500}` | the same, but keeps the processor busy |
/// | `{"do":"throw","message":"m"}` | the invocation fails; the process lives on |
/// | `{"do":"exit","code":3}` | the process exits within the invocation |
/// | `{"do":"crash"}` | the process is killed by SIGSEGV |
/// | `{"do":"allocate","mb":64}` | touches that much memory, holds it from then on, and answers |
/// | `{"do":"big","bytes":7000000}` | answers a JSON string of that length |
/// | `{"do":"raw","text":"no json"}` | answers that text as it is |
/// | `{"do":"print","text":"t","error":"e"}` | a line on stdout, one on stderr |
/// | `{"do":"count"}` | answers how many invocations this process has served, and its process id |
/// | `{"do":"wake","function":"run-jobs"}` | wakes another function through the Invoke API |
///
/// Over HTTP: `GET /probe` answers `{}` and nothing else (the benchmark's no-op); `ANY /probe/echo` answers method, path,
/// raw query, headers, cookies, body in hex and source address as JSON; `POST /probe/do` takes one of the events above as its body;
/// `GET /probe/bytes` answers bytes that are no text; `GET /probe/cookies` sets two cookies; `GET /probe/fault` a problem;
/// `GET /probe/error` an error that is none.
///
/// `PROBE_INIT=throw` fails to start with an error, `exit` exits before the first invocation, `sleep:500` starts late (ms).
@main
struct Main {
    static func main() async {
        await runFunction("probe") { environment in
            try await initialize(Probe.variable("PROBE_INIT"))
            return Probe(wake: environment.invoke.wake).function
        }
    }

    private static func initialize(_ order: String?) async throws {
        switch order {
        case "throw": throw ProbeError(description: "told to fail")
        case "exit": exit(4)
        case .some(let order) where order.hasPrefix("sleep:"):
            try await Task.sleep(for: .milliseconds(Int(order.dropFirst(6)) ?? 0))
        default: break
        }
    }
}

struct ProbeError: Error, CustomStringConvertible {
    let description: String
}
