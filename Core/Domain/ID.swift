package import FoundationEssentials

/// A typed identifier: `ID<Entity.Contact>` can't be passed where a conversation is wanted.
///
/// Values are UUID version 7 (RFC 9562 5.7): the leading 48 bits are the creation time in milliseconds, so primary keys
/// are inserted in order and index pages stay hot.
package struct ID<Owner>: Hashable, Sendable {
    package let rawValue: UUID

    package init(_ rawValue: UUID) {
        self.rawValue = rawValue
    }

    /// Names nothing: what an aggregate holds before its row was read.
    package static var none: ID { ID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))) }

    /// Reads the canonical text form; `nil` for anything else. Foreign text enters only here.
    package init?(_ text: some StringProtocol) {
        guard let value = UUID(uuidString: String(text)) else { return nil }
        rawValue = value
    }

    /// Lower-case canonical text, the form used in the API, in logs and in the database.
    package var text: String { rawValue.uuidString.lowercased() }
}

extension ID: CustomStringConvertible {
    package var description: String { text }
}

extension ID: Codable {
    package init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(UUID.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Names for the phantom parameter of `ID`; the product's vocabulary.
package enum Entity {
    package enum AIRun {}
    package enum APIKey {}
    package enum Channel {}
    package enum Contact {}
    package enum Conversation {}
    package enum Job {}
    package enum KnowledgeItem {}
    package enum Message {}
    package enum NumberPurchase {}
    package enum Organization {}
    package enum Persona {}
    package enum Session {}
    package enum Turn {}
    package enum Upload {}
    package enum User {}
}

package typealias AIRunID = ID<Entity.AIRun>
package typealias APIKeyID = ID<Entity.APIKey>
package typealias ChannelID = ID<Entity.Channel>
package typealias ContactID = ID<Entity.Contact>
package typealias ConversationID = ID<Entity.Conversation>
package typealias JobID = ID<Entity.Job>
package typealias KnowledgeItemID = ID<Entity.KnowledgeItem>
package typealias MessageID = ID<Entity.Message>
package typealias NumberPurchaseID = ID<Entity.NumberPurchase>
package typealias OrganizationID = ID<Entity.Organization>
package typealias PersonaID = ID<Entity.Persona>
package typealias SessionID = ID<Entity.Session>
package typealias TurnID = ID<Entity.Turn>
package typealias UploadID = ID<Entity.Upload>
package typealias UserID = ID<Entity.User>
