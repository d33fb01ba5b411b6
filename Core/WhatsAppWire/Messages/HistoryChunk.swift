import FoundationEssentials
import SwiftProtobuf

/// A chunk of history as a phone sends it after linking, for simulated phones. The counterpart of `HistorySync`.
package struct HistoryChunk: Sendable {
    package struct Message: Sendable {
        package let key: MessageKey
        /// Seconds since 1970.
        package let timestamp: Int64
        package let pushName: String?
        /// As in `OutgoingMessage.content`.
        package let content: [UInt8]

        package init(key: MessageKey, timestamp: Int64, pushName: String?, content: [UInt8]) {
            self.key = key
            self.timestamp = timestamp
            self.pushName = pushName
            self.content = content
        }
    }

    package var kind = HistorySyncReference.Kind.initial
    package var pairs: [LIDPair] = []
    package var pushNames: [(jid: JID, name: String)] = []
    /// Newest first within each chat.
    package var messages: [Message] = []

    package init() {}

    /// Inline, as phones do with a small first chunk.
    package func message() throws(NodeError) -> OutgoingMessage {
        let deflated: [UInt8]
        do { deflated = try Zlib.deflate((try? proto.serializedBytes()) ?? []) } catch { throw .compression(error) }
        return OutgoingMessage(
            .with {
                $0.protocolMessage.type = .historySyncNotification
                $0.protocolMessage.historySyncNotification = .with {
                    if let type = WAHistorySyncType(rawValue: kind.rawValue) { $0.syncType = type }
                    $0.chunkOrder = 1
                    $0.progress = 100
                    $0.initialHistBootstrapInlinePayload = Data(deflated)
                }
            })
    }

    private var proto: WAHistorySync {
        .with {
            if let type = WAHistorySync.HistorySyncType(rawValue: kind.rawValue) { $0.syncType = type }
            $0.pushnames = pushNames.map { entry in
                .with {
                    $0.id = entry.jid.description
                    $0.pushname = entry.name
                }
            }
            $0.phoneNumberToLidMappings = pairs.map { pair in
                .with {
                    $0.pnJid = pair.phoneNumber.description
                    $0.lidJid = pair.hiddenUser.description
                }
            }
            $0.conversations = conversations
        }
    }

    private var conversations: [WAConversation] {
        Dictionary(grouping: messages, by: \.key.chat).sorted { $0.key.description < $1.key.description }.map {
            chat, said in
            .with {
                $0.id = chat.description
                $0.lastMsgTimestamp = UInt64(clamping: said.map(\.timestamp).max() ?? 0)
                $0.messages = said.enumerated().map { index, message in
                    .with {
                        $0.message = message.proto
                        $0.msgOrderID = UInt64(said.count - index)
                    }
                }
            }
        }
    }
}

extension HistoryChunk.Message {
    fileprivate var proto: WAWebMessageInfo {
        .with {
            $0.key = key.proto
            $0.message = (try? WAMessage(serializedBytes: content)) ?? WAMessage()
            $0.messageTimestamp = UInt64(clamping: timestamp)
            if let participant = key.participant { $0.participant = participant.description }
            if let pushName { $0.pushName = pushName }
        }
    }
}
