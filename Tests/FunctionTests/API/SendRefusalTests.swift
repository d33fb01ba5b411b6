import API
import Conversation
import Domain
import FoundationEssentials
import Testing
import Web

@Suite struct SendRefusalTests {
    private static let all: [SendRefusal] = [
        .noChannel, .unsupportedChannel(.telegram), .channelNotConnected(reason: ""), .paced(reason: "Enough."),
        .unknownChat, .optedOut, .windowClosed(since: nil),
    ]

    @Test(arguments: all)
    func whatIsRefusedIsWhatIsDocumented(_ refusal: SendRefusal) {
        let fault = Fault(refusal)
        let documented = DocumentedFault.starting + DocumentedFault.sending
        #expect(documented.contains { $0.status == fault.status && $0.code == fault.code }, "\(fault.code)")
    }

    /// A line is a channel over WhatsApp Web; these two are said of any channel.
    @Test func whatIsSaidOfAnyChannelCallsItAChannel() {
        #expect(Fault(SendRefusal.unsupportedChannel(.telegram)).code == "unsupported-channel")
        #expect(Fault(SendRefusal.channelNotConnected(reason: "")).code == "channel-not-connected")
        #expect(!(DocumentedFault.starting + DocumentedFault.sending).contains { $0.code.contains("line") })
    }
}
