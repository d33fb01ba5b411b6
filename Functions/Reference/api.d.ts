// Made by `parley openapi --write` from the endpoints; do not edit.

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  field?: string;
  request_id: string;
}

export interface Operations {
  /** Closes the usage periods that are over and prunes what had its time. */
  "GET /api/cron/reset-usage": {
    path: {};
    query: {};
    body: undefined;
    answer: { ok: boolean };
  };
  /** Says whether this installation is able to work. */
  "GET /api/health": {
    path: {};
    query: {};
    body: undefined;
    answer: { database: string; status: string; version: string };
  };
  /** A customer wrote to one of our numbers; a repeated MessageSid changes nothing. */
  "POST /api/hooks/twilio": {
    path: {};
    query: {};
    body: Blob;
    answer: Blob;
  };
  /** What became of a message that was sent: forward only, a repeated report changes nothing. */
  "POST /api/hooks/twilio/status": {
    path: {};
    query: {};
    body: Blob;
    answer: Blob;
  };
  /** The API as an OpenAPI 3.1 document. */
  "GET /api/openapi.json": {
    path: {};
    query: {};
    body: undefined;
    answer: unknown;
  };
  /** The API as a page to read. */
  "GET /api/reference": {
    path: {};
    query: {};
    body: undefined;
    answer: Blob;
  };
  /** The organization's API keys, newest first. */
  "GET /api/v1/api-keys": {
    path: {};
    query: {};
    body: undefined;
    answer: { items: ({ created_at: string; created_by: string; expires_at: string | null; id: string; last_used_at: string | null; name: string; prefix: string; revoked_at: string | null; scopes: ("conversations:read" | "conversations:write" | "messages:read" | "messages:write" | "contacts:read" | "contacts:write" | "knowledge:read" | "knowledge:write" | "flows:read" | "flows:write" | "campaigns:read" | "campaigns:write" | "bookings:read" | "bookings:write" | "webhooks:read" | "webhooks:write" | "analytics:read" | "analytics:write")[] })[]; next_cursor: string | null };
  };
  /** A new API key; its secret is in this answer and never again. */
  "POST /api/v1/api-keys": {
    path: {};
    query: {};
    body: { expires_in_days?: number | null; name: string; scopes: ("conversations:read" | "conversations:write" | "messages:read" | "messages:write" | "contacts:read" | "contacts:write" | "knowledge:read" | "knowledge:write" | "flows:read" | "flows:write" | "campaigns:read" | "campaigns:write" | "bookings:read" | "bookings:write" | "webhooks:read" | "webhooks:write" | "analytics:read" | "analytics:write")[] };
    answer: { created_at: string; created_by: string; expires_at: string | null; id: string; last_used_at: string | null; name: string; prefix: string; revoked_at: string | null; scopes: ("conversations:read" | "conversations:write" | "messages:read" | "messages:write" | "contacts:read" | "contacts:write" | "knowledge:read" | "knowledge:write" | "flows:read" | "flows:write" | "campaigns:read" | "campaigns:write" | "bookings:read" | "bookings:write" | "webhooks:read" | "webhooks:write" | "analytics:read" | "analytics:write")[]; secret: string };
  };
  /** Revokes an API key; it opens nothing from now on. */
  "DELETE /api/v1/api-keys/{id}": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: undefined;
  };
  /** A session for a login and its password. */
  "POST /api/v1/auth/login": {
    path: {};
    query: {};
    body: { email?: string | null; password: string; username?: string | null };
    answer: { csrf_token: string; expires_in: number; organizations: ({ id: string; is_personal: boolean; name: string; onboarding_completed: boolean; role: "viewer" | "agent" | "admin" | "owner" })[]; token: string; token_type: "Bearer"; user: { email: string | null; id: string; is_operator: boolean; name: string; username: string | null } };
  };
  /** Ends the session. */
  "POST /api/v1/auth/logout": {
    path: {};
    query: {};
    body: undefined;
    answer: { ok: boolean };
  };
  /** A new account with its personal organization, and its first session. */
  "POST /api/v1/auth/signup": {
    path: {};
    query: {};
    body: { business_name: string; email: string; name?: string | null; password: string };
    answer: { csrf_token: string; expires_in: number; organizations: ({ id: string; is_personal: boolean; name: string; onboarding_completed: boolean; role: "viewer" | "agent" | "admin" | "owner" })[]; token: string; token_type: "Bearer"; user: { email: string | null; id: string; is_operator: boolean; name: string; username: string | null } };
  };
  /** Who is signed in, and where they belong. */
  "GET /api/v1/auth/user": {
    path: {};
    query: {};
    body: undefined;
    answer: { csrf_token: string; organizations: ({ id: string; is_personal: boolean; name: string; onboarding_completed: boolean; role: "viewer" | "agent" | "admin" | "owner" })[]; user: { email: string | null; id: string; is_operator: boolean; name: string; username: string | null } };
  };
  /** The organization's channels, oldest first. */
  "GET /api/v1/channels": {
    path: {};
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: { items: ({ answers_groups: boolean; auto_reply: boolean; business_hours: { [name: string]: unknown } | null; created_at: string; description: string; id: string; is_primary: boolean; kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; link: { banned_until: string | null; connected_at: string | null; disconnected_at: string | null; failures: number; linked_at: string | null; platform: string | null; push_name: string | null; reply_only: boolean; retry_at: string | null; wanted: "connected" | "stopped" | "unlinked" } | null; name: string; needs_owner: boolean; next_step: string; persona_id: string | null; phone_number: string | null; status: "starting" | "qr_pending" | "connected" | "disconnected" | "auth_failed" | "error" | "passkey_required" | "passkey_confirm" | "reconnecting" | "stopped" | "banned"; status_reason: string; updated_at: string })[]; next_cursor: string | null };
  };
  /** A new line over WhatsApp Web; the session worker shows its code. */
  "POST /api/v1/channels": {
    path: {};
    query: {};
    body: { answers_groups?: boolean | null; auto_reply?: boolean | null; description?: string | null; name: string; pairing?: "qr" | "code" | null; persona_id?: string | null; phone?: string | null; reply_only?: boolean | null };
    answer: { answers_groups: boolean; auto_reply: boolean; business_hours: { [name: string]: unknown } | null; created_at: string; description: string; id: string; is_primary: boolean; kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; link: { banned_until: string | null; connected_at: string | null; disconnected_at: string | null; failures: number; linked_at: string | null; platform: string | null; push_name: string | null; reply_only: boolean; retry_at: string | null; wanted: "connected" | "stopped" | "unlinked" } | null; name: string; needs_owner: boolean; next_step: string; persona_id: string | null; phone_number: string | null; status: "starting" | "qr_pending" | "connected" | "disconnected" | "auth_failed" | "error" | "passkey_required" | "passkey_confirm" | "reconnecting" | "stopped" | "banned"; status_reason: string; updated_at: string };
  };
  /** Deletes a line and says what goes with it. */
  "DELETE /api/v1/channels/{id}": {
    path: { id: string };
    query: { dry_run?: boolean };
    body: undefined;
    answer: { cascade: { conversations: number; is_linked: boolean; is_primary: boolean; queued_messages: number; summary: string }; deleted: boolean; id: string };
  };
  /** A channel and, for a line over WhatsApp Web, its link. */
  "GET /api/v1/channels/{id}": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { answers_groups: boolean; auto_reply: boolean; business_hours: { [name: string]: unknown } | null; created_at: string; description: string; id: string; is_primary: boolean; kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; link: { banned_until: string | null; connected_at: string | null; disconnected_at: string | null; failures: number; linked_at: string | null; platform: string | null; push_name: string | null; reply_only: boolean; retry_at: string | null; wanted: "connected" | "stopped" | "unlinked" } | null; name: string; needs_owner: boolean; next_step: string; persona_id: string | null; phone_number: string | null; status: "starting" | "qr_pending" | "connected" | "disconnected" | "auth_failed" | "error" | "passkey_required" | "passkey_confirm" | "reconnecting" | "stopped" | "banned"; status_reason: string; updated_at: string };
  };
  /** Changes the fields that are named; the others stay. */
  "PATCH /api/v1/channels/{id}": {
    path: { id: string };
    query: {};
    body: { answers_groups?: boolean | null; auto_reply?: boolean | null; business_hours?: { [name: string]: unknown } | null; description?: string | null; is_primary?: boolean | null; name?: string | null; persona_id?: string | null; reply_only?: boolean | null };
    answer: { answers_groups: boolean; auto_reply: boolean; business_hours: { [name: string]: unknown } | null; created_at: string; description: string; id: string; is_primary: boolean; kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; link: { banned_until: string | null; connected_at: string | null; disconnected_at: string | null; failures: number; linked_at: string | null; platform: string | null; push_name: string | null; reply_only: boolean; retry_at: string | null; wanted: "connected" | "stopped" | "unlinked" } | null; name: string; needs_owner: boolean; next_step: string; persona_id: string | null; phone_number: string | null; status: "starting" | "qr_pending" | "connected" | "disconnected" | "auth_failed" | "error" | "passkey_required" | "passkey_confirm" | "reconnecting" | "stopped" | "banned"; status_reason: string; updated_at: string };
  };
  /** Closes a line's connection; it stays linked unless it is to log out. */
  "POST /api/v1/channels/{id}/disconnect": {
    path: { id: string };
    query: {};
    body: { log_out?: boolean | null };
    answer: { answers_groups: boolean; auto_reply: boolean; business_hours: { [name: string]: unknown } | null; created_at: string; description: string; id: string; is_primary: boolean; kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; link: { banned_until: string | null; connected_at: string | null; disconnected_at: string | null; failures: number; linked_at: string | null; platform: string | null; push_name: string | null; reply_only: boolean; retry_at: string | null; wanted: "connected" | "stopped" | "unlinked" } | null; name: string; needs_owner: boolean; next_step: string; persona_id: string | null; phone_number: string | null; status: "starting" | "qr_pending" | "connected" | "disconnected" | "auth_failed" | "error" | "passkey_required" | "passkey_confirm" | "reconnecting" | "stopped" | "banned"; status_reason: string; updated_at: string };
  };
  /** The messages of a channel, newest first. */
  "GET /api/v1/channels/{id}/messages": {
    path: { id: string };
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: { items: ({ author: string; author_user_id: string | null; body: string; channel_id: string; conversation_id: string; created_at: string; direction: string; error_code: string | null; error_reason: string | null; id: string; media: unknown; provider_message_id: string | null; sent_at: string | null; status: "received" | "queued" | "sending" | "unknown" | "sent" | "delivered" | "read" | "failed" | "cancelled"; type: "text" | "image" | "video" | "audio" | "document" | "buttons" | "poll" | "location" | "contact" | "sticker" | "reaction" | "unsupported" })[]; next_cursor: string | null };
  };
  /** The code that a phone types in, while it is valid. */
  "GET /api/v1/channels/{id}/pairing-code": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { id: string; next_step: string; pairing: "qr" | "code"; pairing_code: string | null; pairing_code_seconds_left: number | null; phone: string | null; status: "starting" | "qr_pending" | "connected" | "disconnected" | "auth_failed" | "error" | "passkey_required" | "passkey_confirm" | "reconnecting" | "stopped" | "banned"; status_reason: string };
  };
  /** Asks for a code that a phone types in, instead of scanning; that phone rings. */
  "POST /api/v1/channels/{id}/pairing-code": {
    path: { id: string };
    query: {};
    body: { phone: string };
    answer: { answers_groups: boolean; auto_reply: boolean; business_hours: { [name: string]: unknown } | null; created_at: string; description: string; id: string; is_primary: boolean; kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; link: { banned_until: string | null; connected_at: string | null; disconnected_at: string | null; failures: number; linked_at: string | null; platform: string | null; push_name: string | null; reply_only: boolean; retry_at: string | null; wanted: "connected" | "stopped" | "unlinked" } | null; name: string; needs_owner: boolean; next_step: string; persona_id: string | null; phone_number: string | null; status: "starting" | "qr_pending" | "connected" | "disconnected" | "auth_failed" | "error" | "passkey_required" | "passkey_confirm" | "reconnecting" | "stopped" | "banned"; status_reason: string; updated_at: string };
  };
  /** The code to scan, as JSON, text or a picture. */
  "GET /api/v1/channels/{id}/qr": {
    path: { id: string };
    query: { format?: "json" | "text" | "png" | "svg"; scale?: number };
    body: undefined;
    answer: { id: string; image: string | null; next_step: string; pairing: "qr" | "code"; pairing_code: string | null; pairing_code_seconds_left: number | null; phone: string | null; qr: string | null; seconds_left: number | null; status: "starting" | "qr_pending" | "connected" | "disconnected" | "auth_failed" | "error" | "passkey_required" | "passkey_confirm" | "reconnecting" | "stopped" | "banned"; status_reason: string };
  };
  /** Connects a line, whatever stopped it; one that isn't linked shows a code. */
  "POST /api/v1/channels/{id}/reconnect": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { answers_groups: boolean; auto_reply: boolean; business_hours: { [name: string]: unknown } | null; created_at: string; description: string; id: string; is_primary: boolean; kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; link: { banned_until: string | null; connected_at: string | null; disconnected_at: string | null; failures: number; linked_at: string | null; platform: string | null; push_name: string | null; reply_only: boolean; retry_at: string | null; wanted: "connected" | "stopped" | "unlinked" } | null; name: string; needs_owner: boolean; next_step: string; persona_id: string | null; phone_number: string | null; status: "starting" | "qr_pending" | "connected" | "disconnected" | "auth_failed" | "error" | "passkey_required" | "passkey_confirm" | "reconnecting" | "stopped" | "banned"; status_reason: string; updated_at: string };
  };
  /** What a channel did, how healthy it is, and what its pace still allows. */
  "GET /api/v1/channels/{id}/stats": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { conversations: number; days: ({ ai_replies: number; day: string; inbound: number; outbound: number })[]; health: { grade: "good" | "fair" | "poor"; reasons: ({ cost: number; reason: string })[]; score: number } | null; last_24_hours: { ai_replies: number; inbound: number; outbound: number }; last_30_days: { ai_replies: number; inbound: number; outbound: number }; last_7_days: { ai_replies: number; inbound: number; outbound: number }; last_message_at: string | null; open_conversations: number; pacing: { age_days: number; day: { limit: number; used: number }; hour: { limit: number; used: number }; minute: { limit: number; used: number }; new_chats: { limit: number; used: number } } | null };
  };
  /** The conversations of an organization, latest message first. */
  "GET /api/v1/conversations": {
    path: {};
    query: { status?: "open" | "pending" | "snoozed" | "resolved"; owner?: "ai" | "flow" | "human" | "none"; channel_id?: string; limit?: number; cursor?: string };
    body: undefined;
    answer: { items: ({ channel_id: string; channel_kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; channel_name: string; contact_id: string; contact_name: string; created_at: string; epoch: number; id: string; is_group: boolean; is_opted_out: boolean; last_inbound_at: string | null; last_message_at: string; local_address: string; owner: "ai" | "flow" | "human" | "none"; owner_user_id: string | null; remote_address: string; status: "open" | "pending" | "snoozed" | "resolved"; window_closes_at: string | null })[]; next_cursor: string | null };
  };
  /** A conversation. */
  "GET /api/v1/conversations/{id}": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { channel_id: string; channel_kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; channel_name: string; contact_id: string; contact_name: string; created_at: string; epoch: number; id: string; is_group: boolean; is_opted_out: boolean; last_inbound_at: string | null; last_message_at: string; local_address: string; owner: "ai" | "flow" | "human" | "none"; owner_user_id: string | null; remote_address: string; status: "open" | "pending" | "snoozed" | "resolved"; window_closes_at: string | null };
  };
  /** Sets the status of a conversation. */
  "PATCH /api/v1/conversations/{id}": {
    path: { id: string };
    query: {};
    body: { status: "open" | "pending" | "snoozed" | "resolved" };
    answer: { channel_id: string; channel_kind: "whatsapp_web" | "whatsapp_twilio" | "messenger" | "instagram" | "telegram" | "signal" | "sandbox"; channel_name: string; contact_id: string; contact_name: string; created_at: string; epoch: number; id: string; is_group: boolean; is_opted_out: boolean; last_inbound_at: string | null; last_message_at: string; local_address: string; owner: "ai" | "flow" | "human" | "none"; owner_user_id: string | null; remote_address: string; status: "open" | "pending" | "snoozed" | "resolved"; window_closes_at: string | null };
  };
  /** The messages of a conversation, newest first. */
  "GET /api/v1/conversations/{id}/messages": {
    path: { id: string };
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: { items: ({ author: string; author_user_id: string | null; body: string; channel_id: string; conversation_id: string; created_at: string; direction: string; error_code: string | null; error_reason: string | null; id: string; media: unknown; provider_message_id: string | null; sent_at: string | null; status: "received" | "queued" | "sending" | "unknown" | "sent" | "delivered" | "read" | "failed" | "cancelled"; type: "text" | "image" | "video" | "audio" | "document" | "buttons" | "poll" | "location" | "contact" | "sticker" | "reaction" | "unsupported" })[]; next_cursor: string | null };
  };
  /** A person answers; the conversation is theirs from then on. */
  "POST /api/v1/conversations/{id}/messages": {
    path: { id: string };
    query: {};
    body: { message: string };
    answer: { conversation_id: string; id: string; status: "queued"; to: string };
  };
  /** Machines may answer again; a question that waits is answered now. */
  "POST /api/v1/conversations/{id}/return": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { epoch: number; owner: "ai" | "flow" | "human" | "none"; owner_user_id: string | null };
  };
  /** A person answers from now on; machines are silent. */
  "POST /api/v1/conversations/{id}/takeover": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { epoch: number; owner: "ai" | "flow" | "human" | "none"; owner_user_id: string | null };
  };
  /** The model providers whose key the organization brought. */
  "GET /api/v1/credentials": {
    path: {};
    query: {};
    body: undefined;
    answer: { items: ({ hint: string; provider: "openai" | "anthropic" | "gemini" | "groq" | "openrouter" | "mistral" | "sambanova" | "huggingface" | "deepseek" | "offline"; updated_at: string })[]; next_cursor: string | null };
  };
  /** Deletes a provider's key. */
  "DELETE /api/v1/credentials/{provider}": {
    path: { provider: "openai" | "anthropic" | "gemini" | "groq" | "openrouter" | "mistral" | "sambanova" | "huggingface" | "deepseek" };
    query: {};
    body: undefined;
    answer: undefined;
  };
  /** Stores a provider's key, in place of the former one. */
  "PUT /api/v1/credentials/{provider}": {
    path: { provider: "openai" | "anthropic" | "gemini" | "groq" | "openrouter" | "mistral" | "sambanova" | "huggingface" | "deepseek" };
    query: {};
    body: { key: string };
    answer: { hint: string; provider: "openai" | "anthropic" | "gemini" | "groq" | "openrouter" | "mistral" | "sambanova" | "huggingface" | "deepseek" | "offline"; updated_at: string };
  };
  /** What happened after a cursor; without one, where the log ends now. Answers at once. */
  "GET /api/v1/events": {
    path: {};
    query: { after?: string; limit?: number };
    body: undefined;
    answer: { cursor: string; items: ({ at: string; cursor: string; data: { [name: string]: unknown }; subject_id: string; type: string })[] };
  };
  /** Pushes what happens as server-sent events: each is an item of GET /api/v1/events, its id a cursor. */
  "GET /api/v1/events/stream": {
    path: {};
    query: { after?: string; organization_id?: string };
    body: undefined;
    answer: Blob;
  };
  /** A file that is being sent; its address goes to providers and lasts a day. */
  "GET /api/v1/files/{token}": {
    path: { token: string };
    query: {};
    body: undefined;
    answer: Blob;
  };
  /** Knowledge items, newest first. */
  "GET /api/v1/knowledge": {
    path: {};
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: { items: ({ body: string; id: string; source: string; source_name: string; tags: (string)[]; title: string })[]; next_cursor: string | null };
  };
  /** A new knowledge item; it is found from now on. */
  "POST /api/v1/knowledge": {
    path: {};
    query: {};
    body: { body: string; id?: string | null; source?: string | null; source_name?: string | null; tags?: (string)[] | null; title: string };
    answer: { body: string; id: string; source: string; source_name: string; tags: (string)[]; title: string };
  };
  /** Deletes a knowledge item. */
  "DELETE /api/v1/knowledge/{id}": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: undefined;
  };
  /** Writes a whole knowledge item under its id. */
  "PUT /api/v1/knowledge/{id}": {
    path: { id: string };
    query: {};
    body: { body: string; id?: string | null; source?: string | null; source_name?: string | null; tags?: (string)[] | null; title: string };
    answer: { body: string; id: string; source: string; source_name: string; tags: (string)[]; title: string };
  };
  /** A person writes to a number or a known chat; the conversation is theirs from then on. */
  "POST /api/v1/messages": {
    path: {};
    query: {};
    body: { account_id?: string | null; channel_id?: string | null; message: string; number: string };
    answer: { conversation_id: string; id: string; status: "queued"; to: string };
  };
  /** Sends a file, named by its address (`url`, `mimetype`) or as an upload (`upload_id`). */
  "POST /api/v1/messages/media": {
    path: {};
    query: {};
    body: { account_id?: string | null; caption?: string | null; channel_id?: string | null; filename?: string | null; mimetype?: string | null; number: string; upload_id?: string | null; url?: string | null };
    answer: { conversation_id: string; id: string; status: "queued"; to: string };
  };
  /** Sends a poll; channels without polls get the same as a numbered text. */
  "POST /api/v1/messages/poll": {
    path: {};
    query: {};
    body: { account_id?: string | null; channel_id?: string | null; multiple?: boolean | null; number: string; options: (string)[]; question: string };
    answer: { conversation_id: string; id: string; status: "queued"; to: string };
  };
  /** A file that came with a message, counted from 0. */
  "GET /api/v1/messages/{id}/media/{position}": {
    path: { id: string; position: number };
    query: {};
    body: undefined;
    answer: Blob;
  };
  /** Why a message was answered so, or not: every decision in order, then what became of the replies. */
  "GET /api/v1/messages/{id}/why": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { message: { author: string; author_user_id: string | null; body: string; channel_id: string; conversation_id: string; created_at: string; direction: string; error_code: string | null; error_reason: string | null; id: string; media: unknown; provider_message_id: string | null; sent_at: string | null; status: "received" | "queued" | "sending" | "unknown" | "sent" | "delivered" | "read" | "failed" | "cancelled"; type: "text" | "image" | "video" | "audio" | "document" | "buttons" | "poll" | "location" | "contact" | "sticker" | "reaction" | "unsupported" }; statuses: ({ at: string; error_code: string | null; message_id: string; status: "received" | "queued" | "sending" | "unknown" | "sent" | "delivered" | "read" | "failed" | "cancelled" })[]; trail: ({ at: string; gate: string; outcome: string; reason: string })[] };
  };
  /** Numbers that organizations ask for and that wait for a decision, or were approved and have no answer; oldest first. */
  "GET /api/v1/number-requests": {
    path: {};
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: { items: ({ address_sid: string | null; bundle_sid: string | null; created_at: string; id: string; name: string; number: string; organization: string; organization_id: string; reason: string; requested_by: string; status: "requested" | "bought" | "failed" | "unknown" | "releasing" | "released" | "kept" | "waiting" | "refused" })[]; next_cursor: string | null };
  };
  /** Buys the number for whoever asked, within their plan; one that was approved and has no answer is looked up first. */
  "POST /api/v1/number-requests/{id}/approve": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { channel_id: string | null; created_at: string; number: string; reason: string; sid: string | null; status: "requested" | "bought" | "failed" | "unknown" | "releasing" | "released" | "kept" | "waiting" | "refused" };
  };
  /** Refuses the number, with a reason that whoever asked can read. */
  "POST /api/v1/number-requests/{id}/refuse": {
    path: { id: string };
    query: {};
    body: { reason: string };
    answer: undefined;
  };
  /** The organizations of the signed-in user, oldest first. */
  "GET /api/v1/organizations": {
    path: {};
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: { items: ({ auto_reply: boolean; away_message: string; business_hours: { [name: string]: unknown }; conversations: number; country: string; created_at: string; description: string; id: string; industry: string; is_model_trained: boolean; is_personal: boolean; last_trained_at: string | null; message_limit: number | null; name: string; numbers: (string)[]; onboarding_completed: boolean; open_conversations: number; opt_out_words: string; plan: "starter" | "business" | "enterprise"; quota_message: string; role: "viewer" | "agent" | "admin" | "owner"; time_zone: string; updated_at: string; usage: { ai_replies: number; cost_micros: number; inbound: number; limit: number; outbound: number; period: string; remaining: number; tokens_in: number; tokens_out: number; unpriced_runs: number; used: number }; website: string; welcome_message: string })[]; next_cursor: string | null };
  };
  /** A new organization, owned by who makes it. */
  "POST /api/v1/organizations": {
    path: {};
    query: {};
    body: { auto_reply?: boolean | null; away_message?: string | null; business_hours?: { [name: string]: unknown } | null; country?: string | null; description?: string | null; industry?: string | null; name: string; onboarding_completed?: boolean | null; opt_out_words?: string | null; quota_message?: string | null; time_zone?: string | null; website?: string | null; welcome_message?: string | null };
    answer: { auto_reply: boolean; away_message: string; business_hours: { [name: string]: unknown }; country: string; created_at: string; description: string; id: string; industry: string; is_personal: boolean; message_limit: number | null; name: string; onboarding_completed: boolean; opt_out_words: string; plan: "starter" | "business" | "enterprise"; quota_message: string; time_zone: string; updated_at: string; website: string; welcome_message: string };
  };
  /** Numbers that Twilio has for sale. */
  "GET /api/v1/organizations/search-numbers": {
    path: {};
    query: { country?: string; type?: "local" | "mobile" | "toll_free" | "tollfree"; areaCode?: string; area_code?: string; contains?: string; limit?: number };
    body: undefined;
    answer: { items: ({ address_requirements: "none" | "any" | "local" | "foreign"; capabilities: { mms: boolean; sms: boolean; voice: boolean }; country: string; friendly_name: string; locality: string | null; number: string; region: string | null })[]; message: string | null };
  };
  /** Deletes an organization; its lines no longer answer. */
  "DELETE /api/v1/organizations/{id}": {
    path: { id: string };
    query: { numbers?: "release" | "keep" };
    body: undefined;
    answer: undefined;
  };
  /** An organization with its usage. */
  "GET /api/v1/organizations/{id}": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { auto_reply: boolean; away_message: string; business_hours: { [name: string]: unknown }; conversations: number; country: string; created_at: string; description: string; id: string; industry: string; is_model_trained: boolean; is_personal: boolean; last_trained_at: string | null; message_limit: number | null; name: string; numbers: (string)[]; onboarding_completed: boolean; open_conversations: number; opt_out_words: string; plan: "starter" | "business" | "enterprise"; quota_message: string; role: "viewer" | "agent" | "admin" | "owner"; time_zone: string; updated_at: string; usage: { ai_replies: number; cost_micros: number; inbound: number; limit: number; outbound: number; period: string; remaining: number; tokens_in: number; tokens_out: number; unpriced_runs: number; used: number }; website: string; welcome_message: string };
  };
  /** Changes the fields that are named; the others stay. */
  "PATCH /api/v1/organizations/{id}": {
    path: { id: string };
    query: {};
    body: { auto_reply?: boolean | null; away_message?: string | null; business_hours?: { [name: string]: unknown } | null; country?: string | null; description?: string | null; industry?: string | null; name?: string | null; onboarding_completed?: boolean | null; opt_out_words?: string | null; quota_message?: string | null; time_zone?: string | null; website?: string | null; welcome_message?: string | null };
    answer: { auto_reply: boolean; away_message: string; business_hours: { [name: string]: unknown }; country: string; created_at: string; description: string; id: string; industry: string; is_personal: boolean; message_limit: number | null; name: string; onboarding_completed: boolean; opt_out_words: string; plan: "starter" | "business" | "enterprise"; quota_message: string; time_zone: string; updated_at: string; website: string; welcome_message: string };
  };
  /** The organization's number as Twilio has it. */
  "GET /api/v1/organizations/{id}/number": {
    path: { id: string };
    query: { number?: string };
    body: undefined;
    answer: { channel_id: string | null; created_at: string; friendly_name: string; inbound_webhook: string | null; number: string; reason: string; sid: string | null; status: "requested" | "bought" | "failed" | "unknown" | "releasing" | "released" | "kept" | "waiting" | "refused" };
  };
  /** Points the number's webhooks at this installation again. */
  "PATCH /api/v1/organizations/{id}/number": {
    path: { id: string };
    query: { number?: string };
    body: undefined;
    answer: { channel_id: string | null; created_at: string; friendly_name: string; inbound_webhook: string | null; number: string; reason: string; sid: string | null; status: "requested" | "bought" | "failed" | "unknown" | "releasing" | "released" | "kept" | "waiting" | "refused" };
  };
  /** The organization's numbers, newest first. */
  "GET /api/v1/organizations/{id}/numbers": {
    path: { id: string };
    query: { scope?: "organization" | "account" };
    body: undefined;
    answer: { items: ({ channel_id: string | null; created_at: string | null; friendly_name: string | null; inbound_webhook: string | null; number: string; reason: string | null; sid: string | null; status: "requested" | "bought" | "failed" | "unknown" | "releasing" | "released" | "kept" | "waiting" | "refused" | null })[]; next_cursor: string | null };
  };
  /** Gives the number back and closes its channel. */
  "DELETE /api/v1/organizations/{id}/provision-number": {
    path: { id: string };
    query: { number?: string };
    body: undefined;
    answer: undefined;
  };
  /** Buys a number and opens its channel; a repeat never buys twice. Where the operator decides first, it is `waiting`. */
  "POST /api/v1/organizations/{id}/provision-number": {
    path: { id: string };
    query: {};
    body: { address_sid?: string | null; bundle_sid?: string | null; name?: string | null; number?: string | null; phone_number?: string | null };
    answer: { channel_id: string | null; created_at: string; number: string; reason: string; sid: string | null; status: "requested" | "bought" | "failed" | "unknown" | "releasing" | "released" | "kept" | "waiting" | "refused" };
  };
  /** Usage of the month and messages of the last 30 days. */
  "GET /api/v1/organizations/{id}/stats": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { conversations: number; days: ({ ai_replies: number; day: string; inbound: number; outbound: number })[]; is_model_trained: boolean; last_trained_at: string | null; numbers: (string)[]; open_conversations: number; usage: { ai_replies: number; cost_micros: number; inbound: number; limit: number; outbound: number; period: string; remaining: number; tokens_in: number; tokens_out: number; unpriced_runs: number; used: number } };
  };
  /** The organization's personas, those of the system first. */
  "GET /api/v1/personas": {
    path: {};
    query: {};
    body: undefined;
    answer: { items: ({ channels: number; description: string; history_limit: number; id: string; instructions: string; kind: "system" | "custom"; model: string | null; name: string; provider: "openai" | "anthropic" | "gemini" | "groq" | "openrouter" | "mistral" | "sambanova" | "huggingface" | "deepseek" | "offline" | null; response_style: string; temperature: number; tone: "professional" | "friendly" | "casual"; updated_at: string; version: number })[]; next_cursor: string | null };
  };
  /** The model providers a persona may choose, and where the organization has a key of its own. */
  "GET /api/v1/personas/models/available": {
    path: {};
    query: {};
    body: undefined;
    answer: { items: ({ has_own_key: boolean; name: string; needs_key: boolean; provider: "openai" | "anthropic" | "gemini" | "groq" | "openrouter" | "mistral" | "sambanova" | "huggingface" | "deepseek" | "offline" })[]; next_cursor: string | null };
  };
  /** What this installation finds when it looks at itself, a sentence each. */
  "GET /api/v1/system/checks": {
    path: {};
    query: {};
    body: undefined;
    answer: { items: ({ age_days: number | null; name: string; sentence: string; state: "fine" | "attention"; version: string | null })[]; next_cursor: string | null };
  };
  /** Whether the assistant is trained, and on what. */
  "GET /api/v1/training": {
    path: {};
    query: {};
    body: undefined;
    answer: { is_model_trained: boolean; items: number; last_trained_at: string | null; profile: { description: string; goals: string; industry: string; name: string; owner_name: string; phone_number: string; products: ({ features: (string)[]; name: string; price: string; target_platform: string })[]; target_audience: string; website: string }; snapshot: number };
  };
  /** Trains the assistant on the profile and the items; parts of the profile that are absent stay. */
  "POST /api/v1/training": {
    path: {};
    query: {};
    body: { items?: ({ body: string; id?: string | null; source?: string | null; source_name?: string | null; tags?: (string)[] | null; title: string })[] | null; profile?: { description?: string | null; goals?: string | null; industry?: string | null; name?: string | null; owner_name?: string | null; phone_number?: string | null; products?: ({ features?: (string)[] | null; name: string; price?: string | null; target_platform?: string | null })[] | null; target_audience?: string | null; website?: string | null } | null };
    answer: { is_model_trained: boolean; items: number; last_trained_at: string | null; snapshot: number };
  };
  /** Keeps a file for a day, to be sent with its id. */
  "POST /api/v1/uploads": {
    path: {};
    query: { filename?: string };
    body: Blob;
    answer: { content_type: string; expires_at: string; filename: string; id: string; size: number };
  };
}
