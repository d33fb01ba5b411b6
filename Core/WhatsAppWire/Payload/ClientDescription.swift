import FoundationEssentials
import SwiftProtobuf

/// `2.3000.<build>`. Configuration: the server turns away builds that are too old with `failure 405`.
package struct ClientVersion: Sendable, Equatable, LosslessStringConvertible {
    package let primary: UInt32
    package let secondary: UInt32
    package let build: UInt32

    package init(primary: UInt32 = 2, secondary: UInt32 = 3000, build: UInt32) {
        self.primary = primary
        self.secondary = secondary
        self.build = build
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt32($0) }
        guard parts.count == 3, let primary = parts[0], let secondary = parts[1], let build = parts[2] else {
            return nil
        }
        self.init(primary: primary, secondary: secondary, build: build)
    }

    package var description: String { "\(primary).\(secondary).\(build)" }

    /// MD5 of the dotted text, which is what the registration wants.
    var buildHash: [UInt8] { Digest.md5(Array(description.utf8)) }
}

/// How this companion shows itself.
package struct ClientDescription: Sendable, Equatable {
    package let version: ClientVersion
    /// The name in the phone's list of linked devices.
    package let name: String

    package init(version: ClientVersion, name: String) {
        self.version = version
        self.name = name
    }

    /// A serialised `DeviceProps`: a Chrome that wants no full history.
    var properties: [UInt8] {
        let properties = WADeviceProps.with {
            $0.os = name
            $0.version.primary = 0
            $0.version.secondary = 1
            $0.version.tertiary = 0
            $0.platformType = .chrome
            $0.requireFullSync = false
            $0.historySyncConfig = .with {
                $0.storageQuotaMb = 10240
                $0.inlineInitialPayloadInE2EeMsg = true
                $0.supportBotUserAgentChatHistory = true
                $0.supportCagReactionsAndPolls = true
                $0.supportBizHostedMsg = true
                $0.supportRecentSyncChunkMessageCountTuning = true
                $0.supportHostedGroupMsg = true
            }
        }
        return (try? properties.serializedBytes()) ?? []
    }
}
