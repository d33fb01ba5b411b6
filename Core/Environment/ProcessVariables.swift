import FoundationEssentials

/// The variables that this process was started with: the one place that asks for them.
package enum ProcessVariables {
    package static var all: [String: String] { ProcessInfo.processInfo.environment }
}
