-- The log of what happened, divided by month, and who watches it.

-- Every change writes one row in its own transaction; live updates and outbound webhooks read from here.
create sequence events_id_seq;
create table events (
    id bigint not null default nextval('events_id_seq'),
    organization_id uuid not null,
    -- Ids are given out before the commit: a reader that only remembers the last id misses a slower transaction's rows.
    -- Read below `pg_snapshot_xmin(pg_current_snapshot())`, then nothing appears behind the cursor.
    transaction_id xid8 not null default pg_current_xact_id(),
    -- message.received, message.queued, message.status, conversation.owner, channel.status ...
    type text not null,
    subject_id uuid not null,
    data jsonb not null default '{}',
    at timestamptz not null,
    primary key (organization_id, at, id)
) partition by range (at);
create table events_other partition of events default;
-- The order a reader follows: nothing commits behind it.
create index events_in_order on events (organization_id, transaction_id, id);
create index events_by_age on events using brin (at);
-- How often a line was reconnecting or suspended lately, without reading the organization's whole log.
create index line_statuses on events (subject_id, at) where type = 'channel.status';
call protect('events', 'select, insert');
grant usage on sequence events_id_seq to parley_app;
-- A job that is buried says so.
create policy burying on events for insert to parley_definer with check (true);
grant insert on events to parley_definer;
grant usage on sequence events_id_seq to parley_definer;

-- Who watches an organization's events (server-sent events), for a short while: NOTIFY takes a lock of the whole cluster at
-- commit, so the many transactions that nobody watches must not pay for it.
--
-- Unlogged: after a crash of the server nobody watches.
create unlogged table event_watchers (
    organization_id uuid not null,
    -- A process that serves viewers.
    watcher uuid not null,
    -- Real time.
    until timestamptz not null,
    primary key (organization_id, watcher)
);
call protect('event_watchers');
-- Its events (a job that was buried) come up with the next look of whoever watches.
grant select on event_watchers to parley_definer;
