-- Messages, and what must be unique among them.
--
-- Divided by month (Functions/partitions.sql); `_other` takes what lies outside the months that were prepared, like the
-- history of a newly linked phone. A key of a divided table must contain what divides it: what is unique across months
-- stands in a table of its own. Nothing refers to a divided table by a foreign key, so that a month can be dropped.
-- Messages reach `organizations` through their conversation; a key of their own would lock the same organization row
-- several times per message.

create domain message_direction as text check (value in ('inbound', 'outbound'));
-- Who wrote it: the customer, a person of the business, or a machine.
create domain message_author as text check (value in ('contact', 'user', 'ai', 'flow', 'system'));
create domain message_type as text check (value in
    ('text', 'image', 'video', 'audio', 'document', 'buttons', 'poll', 'location', 'contact', 'sticker', 'reaction',
     'unsupported'));
-- Inbound: received. Outbound: queued -> sending -> sent -> delivered -> read | failed | unknown | cancelled.
create domain message_status as text check (value in
    ('received', 'queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown', 'cancelled'));
create domain provider_keyword as text check (value in ('STOP', 'START', 'HELP'));

create table messages (
    -- Version 7 of the moment: it decides the partition.
    id uuid not null,
    organization_id uuid not null,
    conversation_id uuid not null,
    channel_id uuid not null,
    direction message_direction not null,
    author message_author not null,
    author_user_id uuid,
    type message_type not null default 'text',
    body text not null default '',
    -- [{"url": ..., "content_type": ...}] as the provider gave them; never fetched while the webhook waits.
    media jsonb not null default '[]',
    -- STOP, START or HELP when the provider itself recognized and answered the word.
    provider_keyword provider_keyword,
    -- The id of the pressed button or chosen list row; `body` holds what the customer saw.
    choice text check (length(choice) <= 1000),
    -- The provider's id: the dedupe key of inbound messages, the handle of sent ones (`message_keys`).
    provider_message_id text check (length(provider_message_id) <= 200),
    status message_status not null,
    error_code text,
    -- Safe sentence for the inbox.
    error_reason text,
    -- The turn an inbound message belongs to, or that an outbound one answers.
    turn_id uuid,
    -- Position among the parts of one turn's reply (`turn_replies`).
    part integer not null default 0,
    -- The conversation's epoch this reply was composed under; NULL for messages of a person.
    epoch integer,
    attempts integer not null default 0,
    -- Real time, even when the sandbox clock was moved: it is compared with the provider's clock.
    sending_since timestamptz,
    sent_at timestamptz,
    -- When the customer's provider says it happened, and when we stored it.
    provider_at timestamptz,
    created_at timestamptz not null,
    -- What `type` and `body` can't say: {"poll": {"options": [...], "selectable": 1}}, {"reaction_to": id},
    -- {"edit_of": id}, {"quote_of": id}, {"filename": "offer.pdf"}; ids are of our own rows. `Domain/MessageContent` reads it.
    content jsonb,
    check ((direction = 'inbound') = (status = 'received')),
    primary key (organization_id, id),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id)
) partition by range (id);
create table messages_other partition of messages default;
create index messages_of_conversation on messages (conversation_id, created_at desc, id desc);
create index messages_of_channel on messages (channel_id, created_at desc, id desc);
create index messages_of_turn on messages (turn_id) where turn_id is not null;
create index outbox on messages (conversation_id, created_at, part) where status in ('queued', 'sending');
-- What a line has sent lately: limits look at the last day.
create index messages_sent_by_line on messages (channel_id, sent_at) where direction = 'outbound' and sent_at is not null;
-- Sends that WhatsApp refused because the chat was begun too boldly: what a line's health looks at.
create index messages_refused on messages (channel_id, created_at) where status = 'failed' and error_code = '463';
call protect('messages');

-- A provider's id is one message of a channel: the same delivery again is no second message.
create table message_keys (
    organization_id uuid not null,
    channel_id uuid not null,
    provider_message_id text not null,
    message_id uuid not null,
    constraint message_dedupe primary key (organization_id, channel_id, provider_message_id)
);
create index keys_of_message on message_keys (organization_id, message_id);
call protect('message_keys');

-- A turn is never answered twice.
create table turn_replies (
    organization_id uuid not null,
    turn_id uuid not null,
    part integer not null,
    message_id uuid not null,
    constraint one_reply_per_turn primary key (organization_id, turn_id, part)
);
call protect('turn_replies');

-- Every status a message passed through, in the order we learned of it.
create table message_statuses (
    organization_id uuid not null,
    message_id uuid not null,
    status text not null,
    error_code text,
    at timestamptz not null,
    primary key (organization_id, message_id, status)
) partition by range (message_id);
create table message_statuses_other partition of message_statuses default;
call protect('message_statuses');

create type inbound_message as (
    kind text,
    local_address text,
    remote_address text,
    provider_message_id text,
    contact_name text,
    type text,
    body text,
    media jsonb,
    provider_keyword text,
    choice text,
    written_at timestamptz,
    is_group boolean
);

-- Ids for the rows that may have to be made.
create type inbound_ids as (message uuid, contact uuid, conversation uuid, turn uuid, job uuid);

-- What a provider reports about a sent message.
create type status_report as (
    organization_id uuid,
    message_id uuid,
    kind text,
    local_address text,
    provider_message_id text,
    status text,
    error_code text,
    error_reason text
);
