-- Jobs, and the job runners that are looking for some.

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
    -- NULL: any job runner. Else the line through which it must leave: only the process that holds it can send.
    lane uuid,
    check ((state = 'running') = (leased_until is not null))
);
create unique index one_waiting_job on jobs (kind, key) where state = 'ready';
create unique index one_running_job on jobs (kind, key) where state = 'running';
create index due_jobs on jobs (run_at, id) where state = 'ready' and lane is null;
create index lost_jobs on jobs (leased_until) where state = 'running' and lane is null;
create index lane_jobs on jobs (lane, run_at, id) where lane is not null and state = 'ready';
create index lost_lane_jobs on jobs (lane, leased_until) where lane is not null and state = 'running';
create index dead_jobs on jobs (organization_id, created_at) where state = 'dead';
call protect('jobs');

-- Taking a job looks across organizations; everything else about a job happens inside its own.
create policy definer on jobs to parley_definer using (state <> 'dead');
grant select on jobs to parley_definer;
grant update (state, leased_until, claim, attempts, last_error) on jobs to parley_definer;

-- Not a tenant table: it holds no organization's data. Unlogged: after a crash of the server no runner is looking.
create unlogged table idle_runners (
    id uuid primary key,
    -- Real time. Short, because a runner that died here keeps others from being woken until then.
    until timestamptz not null
);
grant select, insert, update, delete on idle_runners to parley_app;
