package import Domain
package import FoundationEssentials
package import Postgres

/// One line of "why was this answered so, or not at all?".
package struct DecisionRecord: Sendable, Equatable, Codable {
    package let gate: String
    package let outcome: String
    package let reason: String
    package let at: Date
}

extension Query {
    /// The way to a decision, in order.
    package static func record(
        _ gates: [GateResult], turn: TurnID?, in conversation: ConversationRecord, at now: Date
    ) -> Query {
        """
        insert into decisions (organization_id, conversation_id, turn_id, gate, outcome, reason, at)
        select \(conversation.organization), \(conversation.id), \(turn), gate, outcome, reason, \(now)
        from unnest(\(array: gates.map(\.gate.rawValue))::text[], \(array: gates.map(\.outcome.rawValue))::text[],
            \(array: gates.map(\.reason))::text[]) with ordinality as trail (gate, outcome, reason, position)
        order by position
        """
    }

    /// One step outside the rule of who answers: `model`, `outbox`, `window`, `provider` ...
    package static func record(
        _ gate: String, _ outcome: GateResult.Outcome, _ reason: String, turn: TurnID? = nil, message: MessageID? = nil,
        in conversation: ConversationRecord, at now: Date
    ) -> Query {
        """
        insert into decisions (organization_id, conversation_id, turn_id, message_id, gate, outcome, reason, at)
        values (\(conversation.organization), \(conversation.id), \(turn), \(message), \(gate), \(outcome.rawValue),
            \(reason), \(now))
        """
    }

    /// Outside of every turn. Nothing when there is no such conversation.
    static func recordUnanswered(_ conversation: ConversationID, _ reason: String, at now: Date) -> Query {
        """
        insert into decisions (organization_id, conversation_id, gate, outcome, reason, at)
        select organization_id, id, 'queue', 'stopped', \(reason), \(now) from conversations where id = \(conversation)
        """
    }

    /// Everything that was decided about a message: the trail of its turn, and its own steps.
    package static func decisions(about message: MessageID) -> Query {
        """
        with asked as (select turn_id, direction from messages where id = \(message))
        select gate, outcome, reason, at from (
            select d.* from decisions d where d.message_id = \(message)
            union all
            select d.* from asked join decisions d on d.turn_id = asked.turn_id where d.message_id is null
            union all
            select d.* from asked join turn_replies r on r.turn_id = asked.turn_id and asked.direction = 'inbound'
            join decisions d on d.message_id = r.message_id
        ) trail
        order by at, id
        limit 200
        """
    }
}

extension DecisionRecord {
    package init(_ row: Row) throws(PostgresError) {
        gate = try row["gate"]
        outcome = try row["outcome"]
        reason = try row["reason"]
        at = try row["at"]
    }
}
