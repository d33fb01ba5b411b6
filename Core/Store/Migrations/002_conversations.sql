-- The road of a message: channels, contacts, conversations, messages, turns and their decisions.
--
-- Foreign keys between tenant tables name the organization too: the check of a foreign key looks past row-level security,
-- so without it one organization's row could hang on another's. The tables every message writes to (turns, messages,
-- decisions, events) reach `organizations` through their conversation; a key of their own would lock the same
-- organization row several times per message.

create table channels (
    id uuid primary key,
    organization_id uuid not null references organizations (id),
    kind text not null check (kind in
        ('whatsapp_web', 'whatsapp_twilio', 'messenger', 'instagram', 'telegram', 'signal', 'sandbox')),
    -- Our side of the line, opaque per kind: `whatsapp:+14155238886`, a page id. NULL until a line has one.
    address text check (length(address) <= 200),
    name text not null check (length(name) between 1 and 255),
    description text not null default '' check (length(description) <= 1000),
    status text not null default 'connected' check (status in
        ('starting', 'qr_pending', 'connected', 'disconnected', 'auth_failed', 'error', 'passkey_required',
         'passkey_confirm', 'reconnecting', 'stopped', 'banned')),
    -- One plain sentence: why the line is in this status, and what to do.
    status_reason text not null default '',
    auto_reply boolean not null default true,
    is_primary boolean not null default false,
    answers_groups boolean not null default false,
    persona_id uuid,
    -- NULL: the organization's hours.
    business_hours jsonb,
    -- The provider's id of the line (Twilio `PN...`).
    provider_id text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    unique (organization_id, id)
);
-- An address belongs to one organization at a time.
create unique index channel_address on channels (kind, address) where address is not null and deleted_at is null;
create unique index one_primary_channel on channels (organization_id) where is_primary and deleted_at is null;
create index channels_by_organization on channels (organization_id, created_at);
call protect('channels');

create table contacts (
    id uuid primary key,
    organization_id uuid not null references organizations (id),
    name text not null default '' check (length(name) <= 255),
    is_blocked boolean not null default false,
    -- Set by STOP and by Twilio 21610, cleared by START.
    opted_out_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (organization_id, id)
);
create index contacts_by_organization on contacts (organization_id, created_at);
call protect('contacts');

-- A contact is a set of addresses, never a phone number (moonshots M13).
create table contact_addresses (
    organization_id uuid not null references organizations (id),
    kind text not null,
    -- The customer's side, opaque per kind: `whatsapp:+15551234567`, `whatsapp:US.abc123`, `100000000000001@lid`, a PSID.
    address text not null check (length(address) between 1 and 200),
    contact_id uuid not null,
    created_at timestamptz not null,
    primary key (organization_id, kind, address),
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade
);
create index addresses_of_contact on contact_addresses (contact_id);
call protect('contact_addresses');

create table conversations (
    id uuid primary key,
    organization_id uuid not null references organizations (id),
    channel_id uuid not null,
    contact_id uuid not null,
    -- The customer's address in this thread, and the address of ours they wrote to.
    remote_address text not null,
    local_address text not null,
    is_group boolean not null default false,
    status text not null default 'open' check (status in ('open', 'pending', 'snoozed', 'resolved')),
    owner text not null default 'none' check (owner in ('ai', 'flow', 'human', 'none')),
    owner_user_id uuid,
    -- Rises whenever what was composed or queued before must no longer be said: a person takes over or gives back, the AI
    -- hands over. A reply commits and leaves only under the epoch it was composed for.
    epoch integer not null default 0,
    -- Opens the 24-hour window.
    last_inbound_at timestamptz,
    last_message_at timestamptz not null,
    created_at timestamptz not null,
    check (owner_user_id is null or owner = 'human'),
    unique (organization_id, id),
    foreign key (organization_id, channel_id) references channels (organization_id, id),
    foreign key (organization_id, contact_id) references contacts (organization_id, id)
);
create unique index conversation_thread on conversations (channel_id, local_address, remote_address);
create index inbox on conversations (organization_id, last_message_at desc, id);
create index conversations_of_contact on conversations (contact_id);
call protect('conversations');

-- One open turn per conversation: several quick messages become one turn (the debounce is `due_at`, not memory).
create table turns (
    id uuid primary key,
    organization_id uuid not null,
    conversation_id uuid not null,
    state text not null default 'open' check (state in ('open', 'composing', 'answered', 'closed')),
    opened_at timestamptz not null,
    due_at timestamptz not null,
    -- The epoch under which it is being composed.
    epoch integer,
    closed_at timestamptz,
    check ((state in ('answered', 'closed')) = (closed_at is not null)),
    check (state <> 'composing' or epoch is not null),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id)
);
create unique index one_open_turn on turns (conversation_id) where state = 'open';
create index unfinished_turns on turns (conversation_id, opened_at) where state in ('open', 'composing');
create index turns_of_conversation on turns (conversation_id, opened_at desc);
call protect('turns');

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
    check ((direction = 'inbound') = (status = 'received')),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id)
);
create unique index message_dedupe on messages (channel_id, provider_message_id) where provider_message_id is not null;
create unique index one_reply_per_turn on messages (turn_id, part) where direction = 'outbound';
create index messages_of_conversation on messages (conversation_id, created_at desc, id desc);
create index messages_of_turn on messages (turn_id);
create index outbox on messages (conversation_id, created_at, part) where status in ('queued', 'sending');
call protect('messages');

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
