import API

@testable import Auth
@testable import Channels
@testable import Conversations
@testable import CronReset
@testable import EventStream
@testable import Health
@testable import Media
@testable import Messages
@testable import Organizations
@testable import Provisioning
@testable import Reference
@testable import Stats
@testable import System
@testable import Training
@testable import TwilioInbound
@testable import TwilioStatus

extension TestAPI {
    /// Every function whose endpoints are values, by its folder.
    static let functions: [(folder: String, endpoints: [Endpoint])] = [
        ("Auth", Auth.endpoints),
        ("Channels", Channels.endpoints),
        ("Conversations", Conversations.endpoints),
        ("CronReset", CronReset.endpoints),
        ("EventStream", EventStream.endpoints),
        ("Health", Health.endpoints),
        ("Media", Media.endpoints),
        ("Messages", Messages.endpoints),
        ("Organizations", Organizations.endpoints),
        ("Provisioning", Provisioning.endpoints),
        ("Reference", Reference.endpoints),
        ("Stats", Stats.endpoints),
        ("System", System.endpoints),
        ("Training", Training.endpoints),
        ("TwilioInbound", TwilioInbound.endpoints),
        ("TwilioStatus", TwilioStatus.endpoints),
    ]
}
