import FoundationEssentials
import Store

/// The job whose work a turn is.
struct TurnWork: Sendable {
    let job: Job
    /// Real seconds for which the job that sends the reply is leased.
    let lease: Double
    /// Real time at which everything is over.
    let deadline: Date
    /// `nil` when nobody in this process hands messages over.
    let marked: MarkedReplies?

    /// A message is marked before it is handed over: only when there is time for that. A sender that may repeat itself keeps its
    /// own word.
    func mayMark(by sender: ChannelSender?) -> Bool {
        guard marked != nil, let sender, !sender.isRepeatable else { return false }
        return Date() < deadline.addingTimeInterval(-sender.longest)
    }
}
