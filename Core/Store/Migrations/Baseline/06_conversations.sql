-- What a column may say is the type's business where rows are written all the time: a domain's check is kept ready by the
-- session, a table's is read from its text again by every statement.
create domain conversation_status as text check (value in ('open', 'pending', 'snoozed', 'resolved'));
create domain conversation_owner as text check (value in ('ai', 'flow', 'human', 'none'));
create domain turn_state as text check (value in ('open', 'composing', 'answered', 'closed'));

create table conversations (
    id uuid not null,
    organization_id uuid not null references organizations (id),
    channel_id uuid not null,
    contact_id uuid not null,
    -- The customer's address in this thread, and the address of ours they wrote to.
    remote_address text not null,
    local_address text not null,
    is_group boolean not null default false,
    status conversation_status not null default 'open',
    owner conversation_owner not null default 'none',
    owner_user_id uuid,
    -- Rises whenever what was composed or queued before must no longer be said: a person takes over or gives back, the AI
    -- hands over. A reply commits and leaves only under the epoch it was composed for.
    epoch integer not null default 0,
    -- Opens the 24-hour window.
    last_inbound_at timestamptz,
    last_message_at timestamptz not null,
    created_at timestamptz not null,
    check (owner_user_id is null or owner = 'human'),
    primary key (organization_id, id),
    foreign key (organization_id, channel_id) references channels (organization_id, id),
    foreign key (organization_id, contact_id) references contacts (organization_id, id)
);
create unique index conversation_thread on conversations (organization_id, channel_id, local_address, remote_address);
-- The inbox, latest first, whole and filtered. Whole indexes: which value is the rare one differs from business to business.
create index inbox on conversations (organization_id, last_message_at, id);
create index inbox_by_status on conversations (organization_id, status, last_message_at, id);
create index inbox_by_owner on conversations (organization_id, owner, last_message_at, id);
create index inbox_by_channel on conversations (channel_id, last_message_at, id);
create index conversations_of_contact on conversations (contact_id);
-- Chats that the business began and nobody answered yet.
create index started_chats on conversations (channel_id, created_at) where last_inbound_at is null and not is_group;
-- The few that are not one customer.
create index groups_of_channel on conversations (channel_id) where is_group;
call protect('conversations');

-- One open turn per conversation: several quick messages become one turn (the debounce is `due_at`, not memory).
create table turns (
    id uuid not null,
    organization_id uuid not null,
    conversation_id uuid not null,
    state turn_state not null default 'open',
    opened_at timestamptz not null,
    due_at timestamptz not null,
    -- The epoch under which it is being composed, and who writes the reply (`Responder`).
    epoch integer,
    responder text check (length(responder) <= 40),
    closed_at timestamptz,
    check ((state in ('answered', 'closed')) = (closed_at is not null)),
    check (state <> 'composing' or epoch is not null),
    primary key (organization_id, id),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id)
);
create unique index one_open_turn on turns (organization_id, conversation_id) where state = 'open';
create index unfinished_turns on turns (conversation_id, opened_at) where state in ('open', 'composing');
create index turns_of_conversation on turns (conversation_id, opened_at desc);
call protect('turns');
