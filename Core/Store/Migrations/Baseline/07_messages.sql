-- Messages, their statuses, and the decisions about them.
--
-- The tables every message writes to (turns, messages, decisions, events) reach `organizations` through their conversation; a
-- key of their own would lock the same organization row several times per message.

create table messages (
    id uuid primary key,
    organization_id uuid not null,
    conversation_id uuid not null,
    channel_id uuid not null,
    direction text not null check (direction in ('inbound', 'outbound')),
    -- Who wrote it: the customer, a person of the business, or a machine.
    author text not null check (author in ('contact', 'user', 'ai', 'flow', 'system')),
    author_user_id uuid,
    type text not null default 'text' check (type in
        ('text', 'image', 'video', 'audio', 'document', 'buttons', 'poll', 'location', 'contact', 'sticker',
         'reaction', 'unsupported')),
    body text not null default '',
    -- [{"url": ..., "content_type": ...}] as the provider gave them; never fetched while the webhook waits.
    media jsonb not null default '[]',
    -- STOP, START or HELP when the provider itself recognized and answered the word.
    provider_keyword text check (provider_keyword in ('STOP', 'START', 'HELP')),
    -- The id of the pressed button or chosen list row; `body` holds what the customer saw.
    choice text check (length(choice) <= 1000),
    -- The provider's id: the dedupe key of inbound messages, the handle of sent ones.
    provider_message_id text check (length(provider_message_id) <= 200),
    -- Inbound: received. Outbound: queued -> sending -> sent -> delivered -> read | failed | unknown | cancelled.
    status text not null check (status in
        ('received', 'queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown', 'cancelled')),
    error_code text,
    -- Safe sentence for the inbox.
    error_reason text,
    -- The turn an inbound message belongs to, or that an outbound one answers.
    turn_id uuid references turns (id),
    -- Position among the parts of one turn's reply: a turn can never be answered twice.
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
    foreign key (organization_id, conversation_id) references conversations (organization_id, id)
);
create unique index message_dedupe on messages (channel_id, provider_message_id) where provider_message_id is not null;
create unique index one_reply_per_turn on messages (turn_id, part) where direction = 'outbound';
create index messages_of_conversation on messages (conversation_id, created_at desc, id desc);
create index messages_of_channel on messages (channel_id, created_at desc, id desc);
create index messages_of_turn on messages (turn_id);
create index outbox on messages (conversation_id, created_at, part) where status in ('queued', 'sending');
-- What a line has sent lately: limits look at the last day.
create index messages_sent_by_line on messages (channel_id, sent_at) where direction = 'outbound' and sent_at is not null;
call protect('messages');

-- `find_sent_message` looks across organizations.
create policy definer on messages for select to parley_definer using (direction = 'outbound');
grant select (id, organization_id, channel_id, direction, provider_message_id) on messages to parley_definer;

-- Every status a message passed through, in the order we learned of it.
create table message_statuses (
    organization_id uuid not null,
    message_id uuid not null references messages (id) on delete cascade,
    status text not null,
    error_code text,
    at timestamptz not null,
    primary key (message_id, status)
);
call protect('message_statuses');

-- The decision trail: why was a message answered so, or not at all (moonshots M11).
create table decisions (
    id bigint generated always as identity primary key,
    organization_id uuid not null,
    conversation_id uuid not null,
    turn_id uuid,
    message_id uuid,
    -- received, blocked, owner, quota, hours, welcome, flow, persona, opt_out, window, outbox, provider ...
    gate text not null,
    -- passed, stopped or answered
    outcome text not null,
    -- One plain sentence with the values that mattered.
    reason text not null,
    at timestamptz not null,
    foreign key (organization_id, conversation_id) references conversations (organization_id, id)
);
create index decisions_of_turn on decisions (turn_id, id);
create index decisions_of_message on decisions (message_id, id);
-- Whether a notice was given in this conversation already.
create index notices on decisions (conversation_id, gate, at) where gate in ('quota', 'hours');
call protect('decisions', 'select, insert');
grant usage on sequence decisions_id_seq to parley_app;

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
    message_id uuid,
    kind text,
    local_address text,
    provider_message_id text,
    status text,
    error_code text,
    error_reason text
);
