-- Figures, kept where messages are written (Functions/counts.sql).

-- What adds up: messages by channel, author and status, per quarter of an hour (UTC), so that the days of every time zone are
-- sums of them. In slots, one per connection: transactions must not wait for each other's commit. Housekeeping folds the
-- slots of the past into one. `rebuild_message_counts` makes all of it from the messages.
create table message_counts (
    organization_id uuid not null,
    -- Its beginning; of the time the message was stored, whenever its status changes.
    quarter timestamptz not null,
    channel_id uuid not null,
    author text not null,
    -- `queued` is also what is being sent (`counted_status`).
    status text not null,
    slot smallint not null,
    -- Below zero where another connection's slot holds what was counted before.
    messages integer not null,
    primary key (organization_id, quarter, channel_id, author, status, slot)
);
create index message_counts_to_fold on message_counts (quarter) where slot <> 0;
call protect('message_counts');

-- What does not add up: in which conversation what happened on which day of the organization. Count distinct conversations;
-- never sum days.
create table conversation_days (
    organization_id uuid not null,
    channel_id uuid not null,
    -- received: the customer wrote. sent: something of ours left.
    kind text not null,
    day date not null,
    conversation_id uuid not null,
    primary key (organization_id, channel_id, kind, day, conversation_id)
);
create index conversation_days_by_age on conversation_days (organization_id, day);
call protect('conversation_days');

-- Conversations by channel and status, in slots like the above.
create table conversation_counts (
    organization_id uuid not null,
    channel_id uuid not null,
    status text not null,
    slot smallint not null,
    conversations integer not null,
    primary key (organization_id, channel_id, status, slot)
);
call protect('conversation_counts');

create policy housekeeping on message_counts to parley_definer using (true) with check (true);
create policy housekeeping on conversation_days to parley_definer using (true) with check (true);
grant select, insert, update, delete on message_counts to parley_definer;
grant select, insert, delete on conversation_days to parley_definer;

-- What `rebuild_message_counts` reads and writes anew.
create policy rebuilding on conversation_counts to parley_definer using (true) with check (true);
create policy rebuilding on conversations for select to parley_definer using (true);
grant select (organization_id), insert, delete on conversation_counts to parley_definer;
grant select (organization_id, channel_id, conversation_id, direction, author, status, created_at) on messages to parley_definer;
grant select (organization_id, channel_id, status) on conversations to parley_definer;
