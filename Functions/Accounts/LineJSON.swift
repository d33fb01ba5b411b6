import Access
import Domain
import FoundationEssentials
import QRCode
import Store
import Web

extension Line {
    var json: [String: JSONValue] {
        [
            "id": .string(id.text), "kind": .string(kind.rawValue), "name": .string(name),
            "description": .string(description), "status": .string(status.rawValue),
            "status_reason": .string(statusReason), "next_step": .string(nextStep),
            "needs_owner": .bool(status.needsOwner), "phone_number": .text(phoneNumber),
            "auto_reply": .bool(autoReply), "is_primary": .bool(isPrimary), "answers_groups": .bool(answersGroups),
            "persona_id": .text(persona?.text), "business_hours": .stored(businessHours),
            "created_at": .time(createdAt), "updated_at": .time(updatedAt), "link": linkJSON,
        ]
    }

    /// E.164.
    private var phoneNumber: String? {
        if let link { return link.phoneNumber.map { "+\($0)" } }
        return address.map { $0.hasPrefix("whatsapp:") ? String($0.dropFirst("whatsapp:".count)) : $0 }
    }

    /// What the owner should do now. A line that wants to connect and that nobody holds is said so: its status alone would
    /// look like patience.
    var nextStep: String {
        guard let link else { return "" }
        if link.wanted == "connected", !link.isHeld, [.starting, .reconnecting].contains(status) {
            return LineTrouble.noWorker.nextStep
        }
        return link.nextStep
    }

    private var linkJSON: JSONValue {
        guard let link else { return .null }
        return .object([
            "wanted": .string(link.wanted), "push_name": .text(link.pushName), "platform": .text(link.platform),
            "linked_at": .time(link.linkedAt), "connected_at": .time(link.connectedAt),
            "disconnected_at": .time(link.disconnectedAt), "banned_until": .time(link.bannedUntil),
            "reply_only": .bool(link.isReplyOnly),
        ])
    }
}

extension LinkState {
    /// Everything the link dialog shows. `image` is the code as a data URL.
    func json() throws -> [String: JSONValue] {
        let image = try qr.map { "data:image/svg+xml;base64," + Data(try QRCode($0).svg.utf8).base64EncodedString() }
        return pairingJSON.merging([
            "qr": .text(qr), "image": .text(image), "seconds_left": seconds(qr == nil ? nil : qrSeconds),
        ]) { $1 }
    }

    var pairingJSON: [String: JSONValue] {
        [
            "id": .string(line.id.text), "status": .string(line.status.rawValue),
            "status_reason": .string(line.statusReason), "next_step": .string(line.nextStep),
            "pairing": .string(pairing), "phone": .text(pairingPhone.map { "+\($0)" }),
            "pairing_code": .text(pairingCode),
            "pairing_code_seconds_left": seconds(pairingCode == nil ? nil : pairingCodeSeconds),
        ]
    }

    private func seconds(_ value: Double?) -> JSONValue {
        .count(value.map { Int(min(max(0, $0), 86_400)) })
    }
}

extension LineCascade {
    var json: JSONValue {
        .object([
            "conversations": .integer(conversations), "queued_messages": .integer(queuedMessages),
            "is_linked": .bool(isLinked), "is_primary": .bool(isPrimary), "summary": .string(summary),
        ])
    }

    private var summary: String {
        var parts = ["\(conversations) conversations stay readable but can't be answered"]
        if queuedMessages > 0 { parts.append("\(queuedMessages) messages that have not left are withdrawn") }
        if isLinked { parts.append("the phone is unlinked and its keys are wiped") }
        if isPrimary { parts.append("another line becomes the primary one") }
        return parts.joined(separator: "; ") + "."
    }
}

extension LineStats {
    func json(at now: Date) -> [String: JSONValue] {
        [
            "last_24_hours": lastDay.json, "last_7_days": lastWeek.json, "last_30_days": lastMonth.json,
            "conversations": .integer(conversations), "open_conversations": .integer(openConversations),
            "last_message_at": .time(lastMessageAt), "days": .array(days.map(\.json)),
            "health": signals.map { LineHealth($0, at: now).json } ?? .null,
            "pacing": activity.map { $0.json(at: now) } ?? .null,
        ]
    }
}

extension LineStats.Count {
    fileprivate var json: JSONValue {
        .object(["inbound": .integer(inbound), "outbound": .integer(outbound), "ai_replies": .integer(aiReplies)])
    }
}

extension LineHealth {
    fileprivate var json: JSONValue {
        .object([
            "score": .integer(score), "grade": .string(grade.rawValue),
            "reasons": .array(reasons.map(\.json)),
        ])
    }
}

extension LineHealth.Reason {
    fileprivate var json: JSONValue { .object(["cost": .integer(cost), "reason": .string(sentence)]) }
}

extension LineActivity {
    /// What was used of what the line's age allows.
    fileprivate func json(at now: Date) -> JSONValue {
        let limits = LineLimits.after(days: age(at: now))
        func used(_ count: Int, of limit: Int) -> JSONValue {
            .object(["used": .integer(count), "limit": .integer(limit)])
        }
        return .object([
            "age_days": .integer(age(at: now)), "minute": used(sentLastMinute, of: limits.perMinute),
            "hour": used(sentLastHour, of: limits.perHour), "day": used(sentLastDay, of: limits.perDay),
            "new_chats": used(startedLastDay, of: limits.startsPerDay),
        ])
    }
}
