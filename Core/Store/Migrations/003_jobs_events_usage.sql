-- Jobs, the event log and usage counters.

-- At most one waiting and one running job per (kind, key): work is named by what it is for, not by how often it was asked.
create table jobs (
    id uuid primary key,
    organization_id uuid not null references organizations (id),
    kind text not null check (kind in ('turn', 'send', 'media', 'reconcile', 'number')),
    -- Jobs of one kind and key never run side by side; for the road the key is the conversation.
    key text not null,
    payload jsonb not null default '{}',
    state text not null default 'ready' check (state in ('ready', 'running', 'dead')),
    run_at timestamptz not null,
    attempts integer not null default 0,
    max_attempts integer not null default 12 check (max_attempts > 0),
    -- A running job whose lease passed is taken again: its process died. Real time, whatever the sandbox clock says.
    leased_until timestamptz,
    -- Rises with every claim; a process that lost its lease can no longer finish the job.
    claim integer not null default 0,
    last_error text,
    created_at timestamptz not null,
    check ((state = 'running') = (leased_until is not null))
);
create unique index one_waiting_job on jobs (kind, key) where state = 'ready';
create unique index one_running_job on jobs (kind, key) where state = 'running';
create index due_jobs on jobs (run_at, id) where state = 'ready';
create index lost_jobs on jobs (leased_until) where state = 'running';
create index dead_jobs on jobs (organization_id, created_at) where state = 'dead';
call protect('jobs');

-- Every change writes one row in its own transaction; live updates and outbound webhooks read from here.
create table events (
    id bigint generated always as identity primary key,
    organization_id uuid not null,
    -- Ids are given out before the commit: a reader that only remembers the last id misses a slower transaction's rows.
    -- Read below `pg_snapshot_xmin(pg_current_snapshot())`, then nothing appears behind the cursor.
    transaction_id xid8 not null default pg_current_xact_id(),
    -- message.received, message.queued, message.status, conversation.owner, channel.status ...
    type text not null,
    subject_id uuid not null,
    data jsonb not null default '{}',
    at timestamptz not null
);
create index events_of_organization on events (organization_id, id);
call protect('events', 'select, insert');
grant usage on sequence events_id_seq to parley_app;

-- Counters per organization and calendar month in the organization's time zone ('2026-11'): a missed reset can't break a quota.
create table usage_periods (
    organization_id uuid not null references organizations (id),
    period char(7) not null check (period ~ '^\d{4}-\d{2}$'),
    outbound integer not null default 0,
    ai_replies integer not null default 0,
    tokens_in bigint not null default 0,
    tokens_out bigint not null default 0,
    -- US dollars, in millionths; models without a known price add nothing here and are counted below.
    cost_micros bigint not null default 0,
    unpriced_runs integer not null default 0,
    primary key (organization_id, period)
);
call protect('usage_periods', 'select, insert, update');

-- Received messages are counted apart, in a few rows per month: every webhook adds one, and a single row would make all
-- webhooks of one organization wait for each other's commit.
create table usage_inbound (
    organization_id uuid not null references organizations (id),
    period char(7) not null check (period ~ '^\d{4}-\d{2}$'),
    slot smallint not null check (slot between 0 and 15),
    inbound integer not null default 0,
    primary key (organization_id, period, slot)
);
call protect('usage_inbound', 'select, insert, update');

-- Both together: what plans, the dashboard and the bill read.
create view usage with (security_invoker = true) as
    select organization_id, period, coalesce(inbound, 0)::integer as inbound, coalesce(outbound, 0) as outbound,
        coalesce(ai_replies, 0) as ai_replies, coalesce(tokens_in, 0) as tokens_in, coalesce(tokens_out, 0) as tokens_out,
        coalesce(cost_micros, 0) as cost_micros, coalesce(unpriced_runs, 0) as unpriced_runs
    from usage_periods
    full join (
        select organization_id, period, sum(inbound) as inbound from usage_inbound group by organization_id, period
    ) received using (organization_id, period);
grant select on usage to parley_app;
