-- Jobs, and the job runners that are looking for some.

create domain job_state as text check (value in ('scheduled', 'ready', 'running', 'dead'));

-- At most one waiting and one running job per (kind, key): work is named by what it is for, not by how often it was asked.
create table jobs (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    -- What the program knows it by (`JobKind`). No list here: a newer version may enqueue what an older one does not know.
    kind text not null check (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
    -- Jobs of one kind and key never run side by side; for the road the key is the conversation.
    key text not null,
    -- Whom it calls (a host), or the line through which it must leave; empty: it makes no difference. A share bounds how many
    -- jobs of one destination run at once.
    destination text not null default '' check (length(destination) <= 255),
    payload jsonb not null default '{}',
    -- scheduled: not due yet. ready: due. Whoever looks for jobs makes scheduled ones ready: so an index over what is due
    -- holds nothing else, and who comes next is found without reading past what waits for its time.
    state job_state not null,
    run_at timestamptz not null,
    attempts integer not null default 0,
    -- A running job whose lease passed is taken again: its process died. Real time, whatever the sandbox clock says.
    leased_until timestamptz,
    -- Rises with every claim; a process that lost its lease can no longer finish the job.
    claim integer not null default 0,
    last_error text,
    created_at timestamptz not null,
    primary key (organization_id, id),
    check ((state = 'running') = (leased_until is not null))
);
create unique index one_waiting_job on jobs (organization_id, kind, key) where state in ('scheduled', 'ready');
create unique index one_running_job on jobs (organization_id, kind, key) where state = 'running';
create index scheduled_jobs on jobs (kind, run_at) where state = 'scheduled';
-- One step of this index per organization finds who has work, however much of it waits.
create index due_jobs on jobs (kind, organization_id, destination, run_at, id) where state = 'ready';
create index due_jobs_of_destination on jobs (destination, kind, run_at) where state = 'ready' and destination <> '';
create index running_jobs_of_destination on jobs (destination, kind) where state = 'running' and destination <> '';
create index lost_jobs on jobs (leased_until) where state = 'running';
create index dead_jobs on jobs (created_at) where state = 'dead';
call protect('jobs');

-- Taking a job looks across organizations; everything else about a job happens inside its own.
create policy definer on jobs to parley_definer using (true);
grant select on jobs to parley_definer;
grant update (state, leased_until, claim, attempts, last_error), delete on jobs to parley_definer;

-- Not a tenant table: it holds no organization's data. Unlogged: after a crash of the server no runner is looking.
create unlogged table idle_runners (
    id uuid primary key,
    -- Real time. Short, because a runner that died here keeps others from being woken until then.
    until timestamptz not null
);
-- parley_app has no right here: whoever pretends to listen keeps every organization's jobs waiting (Functions/waking.sql).
alter table idle_runners enable row level security;
alter table idle_runners force row level security;
create policy waking on idle_runners to parley_definer using (true) with check (true);
grant select, insert, update, delete on idle_runners to parley_definer;
