/// By which road text of strangers comes to a column.
package enum ForeignRoad: String, Sendable, CaseIterable {
    /// Forms of Twilio: messages and reports.
    case twilio
    /// Stanzas of WhatsApp Web, history included.
    case whatsAppWeb
    /// Bodies, queries and headers of the API.
    case api
    /// Answers of providers: models, the number shop, errors.
    case provider
    /// Events and their outcomes, through the host.
    case host
}

/// Every column of text in the database, told apart by whether a stranger's words can end in it. A new one must be put
/// somewhere: `ForeignColumnTests`.
package enum ForeignColumns {
    /// Any words. The tests of a road try them with `TortureText`, and look for them in the column afterwards.
    package static let words: [String: [ForeignRoad]] = [
        "api_keys.name": [.api],
        "channels.description": [.api],
        "channels.name": [.api],
        "contacts.name": [.twilio, .whatsAppWeb],
        "contact_addresses.address": [.twilio, .whatsAppWeb],
        "conversations.local_address": [.twilio],
        "conversations.remote_address": [.twilio, .whatsAppWeb],
        "knowledge.goals": [.api],
        "knowledge.owner_name": [.api],
        "knowledge.phone_number": [.api],
        "knowledge.products": [.api],
        "knowledge.target_audience": [.api],
        "knowledge_items.body": [.api],
        "knowledge_items.source_name": [.api],
        "knowledge_items.tags": [.api],
        "knowledge_items.title": [.api],
        "knowledge_snapshots.items": [.api],
        "knowledge_snapshots.profile": [.api],
        "message_keys.provider_message_id": [.twilio, .whatsAppWeb, .provider],
        "messages.body": [.twilio, .whatsAppWeb, .api, .provider],
        "messages.choice": [.twilio, .whatsAppWeb],
        "messages.content": [.api],
        "messages.error_reason": [.twilio, .provider],
        "messages.media": [.twilio, .whatsAppWeb],
        "messages.provider_message_id": [.twilio, .whatsAppWeb, .provider],
        "organizations.away_message": [.api],
        "organizations.description": [.api],
        "organizations.industry": [.api],
        "organizations.name": [.api],
        "organizations.opt_out_words": [.api],
        "organizations.quota_message": [.api],
        "organizations.website": [.api],
        "organizations.welcome_message": [.api],
        "uploads.filename": [.api],
    ]

    /// What a stranger sends comes here only in a form that is checked before: other text is refused by name, cut, or replaced.
    package static let checked: [String: String] = [
        "ai_runs.failure": "a provider's error, cut",
        "ai_runs.model": "an operator's or owner's word, no more than it had",
        "api_keys.scopes": "words of a list", "channel_addresses.address": "an address of a channel",
        "contact_numbers.number": "E.164", "login_places.place": "a hash",
        "message_keys.author": "an address of the customer, cut", "number_purchases.channel_name": "the channel's name",
        "released_addresses.address": "an address of a channel", "released_addresses.kind": "a word of a list",
        "channels.address": "an address that was bought or linked", "channels.business_hours": "checked JSON",
        "channels.provider_id": "an id of the number shop",
        "channels.status_reason": "our sentence, a server's word in it",
        "decisions.reason": "our sentence, a provider's word in it, cut", "events.data": "ids and our words",
        "idempotency_keys.key": "printable ASCII", "jobs.last_error": "our sentence, cut",
        "login_attempts.address": "an address of the network",
        "message_statuses.error_code": "a number", "messages.error_code": "a number or our word",
        "model_prices.model": "an operator's word", "model_prices.provider": "a word of a list",
        "model_prices.source": "an operator's word", "number_holders.number": "E.164",
        "number_purchases.address_sid": "AD and 32 digits", "number_purchases.bundle_sid": "BU and 32 digits",
        "number_purchases.number": "E.164",
        "number_purchases.provider_id": "an id of the number shop",
        "number_purchases.reason": "a provider's sentence, cut",
        "organizations.business_hours": "checked JSON", "organizations.country": "two letters",
        "organizations.time_zone": "a name that the database knows",
        "persona_versions.instructions": "no endpoint writes it yet",
        "persona_versions.response_style": "no endpoint writes it yet",
        "personas.description": "no endpoint writes it yet", "personas.name": "no endpoint writes it yet",
        "persona_versions.model": "a name of a model", "persona_versions.tone_config": "checked JSON",
        "platform_keys.hint": "the end of a key", "provider_credentials.hint": "the end of a key",
        "rate_windows.subject": "an address of the network or an id",
        "runner_events.client_context": "base64 of checked JSON",
        "runner_events.last_error": "a function's error, cut", "runner_events.payload": "checked JSON",
        "uploads.content_type": "a media type", "users.email": "an address of mail",
        "users.name": "the name of a business",
        "users.username": "the operator's name, from the environment",
        // Stanzas: what the session worker reads of them is jids, figures and words of lists; PoisonTests.
        "whatsapp_devices.devices": "jids", "whatsapp_devices.person": "a jid",
        "whatsapp_groups.addressing_mode": "a word of a list",
        "whatsapp_groups.group_jid": "a jid", "whatsapp_groups.holders": "jids", "whatsapp_groups.members": "jids",
        "whatsapp_groups.subject": "a stanza's words, cut", "whatsapp_keys.name": "a jid or an id, cut",
        "whatsapp_lines.jid": "a jid", "whatsapp_lines.lid": "a jid", "whatsapp_lines.next_step": "our sentence",
        "whatsapp_lines.pairing_code": "eight letters", "whatsapp_lines.pairing_phone": "figures",
        "whatsapp_lines.phone_number": "figures", "whatsapp_lines.platform": "a stanza's word, cut",
        "whatsapp_lines.push_name": "a stanza's words, cut", "whatsapp_lines.qr": "a code that we made",
        "whatsapp_people.lid": "a jid", "whatsapp_people.phone_number": "a jid", "whatsapp_retries.device": "a jid",
        "whatsapp_retries.message_id": "an id, cut", "whatsapp_sent.chat": "a jid",
        "whatsapp_sent.message_id": "an id of ours",
    ]

    /// Our own words, ids and codes.
    package static let ours: Set<String> = [
        "ai_runs.provider", "api_keys.prefix", "channel_addresses.kind", "channels.kind", "channels.status",
        "contact_addresses.kind", "conversation_counts.status", "conversation_days.kind", "conversations.owner",
        "conversations.status", "decisions.gate", "decisions.outcome", "events.type", "idempotency_keys.content_type",
        "idempotency_keys.location", "jobs.destination", "jobs.key", "jobs.kind", "jobs.payload", "jobs.state",
        "knowledge_items.source", "memberships.role", "message_counts.author", "message_counts.status",
        "message_statuses.status", "messages.author", "messages.direction", "messages.provider_keyword",
        "messages.status",
        "messages.type", "number_purchases.status", "organizations.plan", "persona_versions.provider",
        "persona_versions.tone",
        "personas.system_kind", "platform_keys.key_id", "platform_keys.provider", "provider_credentials.key_id",
        "provider_credentials.provider", "runner_events.function", "runner_events.runner", "runner_events.state",
        "runner_schedules.expression", "runner_schedules.function", "runner_schedules.name", "turn_recordings.key_id",
        "turns.responder", "turns.state", "usage_periods.period", "usage_slots.period", "users.password_hash",
        "whatsapp_keys.key_id", "whatsapp_keys.kind", "whatsapp_lines.pairing", "whatsapp_lines.wanted",
        "whatsapp_sent.edit",
        "whatsapp_sent.key_id", "whatsapp_sent.media_type", "whatsapp_sent.poll_type", "whatsapp_sent.type",
    ]
}
