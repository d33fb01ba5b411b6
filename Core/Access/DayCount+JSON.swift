package import Store
package import Web

extension DayCount {
    package var json: JSONValue {
        .object([
            "day": .string(day), "inbound": .integer(inbound), "outbound": .integer(outbound),
            "ai_replies": .integer(aiReplies),
        ])
    }
}
