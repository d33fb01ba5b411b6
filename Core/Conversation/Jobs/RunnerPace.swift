import Store

/// How much a job runner does at once, and how long it stays. Real seconds.
package struct RunnerPace: Sendable {
    /// Jobs at the same time: most of them wait for a model or a provider.
    package var places = 32
    /// Of these, kept free for what a customer waits for.
    package var reserved = 8
    /// How long to go on listening after the last job: answers bring the next question.
    package var linger = 3.0
    /// Jobs due within this time are waited for.
    package var horizon = RunnerAttention.horizon
    /// How long an announcement holds; renewed well before. Short: a runner that died keeps others from being invoked.
    package var announcement = 2 * RunnerAttention.look
    /// A job is begun only when so much time is left.
    package var reserve = 25.0
    /// Kept free for writing down outcomes.
    package var margin = 3.0

    package init() {}
}
