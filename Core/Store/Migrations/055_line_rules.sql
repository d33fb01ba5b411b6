-- What a line's owner allows it, and the indexes its health is computed from.

-- The line only answers people who wrote to it first (Domain/Lines/Pacing).
alter table whatsapp_lines add column reply_only boolean not null default true;

-- How often a line was reconnecting or suspended lately, without reading the organization's whole log.
create index line_statuses on events (subject_id, at) where type = 'channel.status';

-- Chats that the business began and nobody answered yet.
create index started_chats on conversations (channel_id, created_at) where last_inbound_at is null and not is_group;
