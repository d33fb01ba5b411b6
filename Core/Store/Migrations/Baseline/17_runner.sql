-- What the local runner keeps: events on their way to a function (asynchronous invocations) and the schedules' last slots.
-- On AWS the Lambda event queue and EventBridge do this; no function reads these tables.

create table runner_events (
    -- The request id; the same for every attempt.
    id uuid primary key,
    function text not null check (length(function) between 1 and 64),
    -- JSON as it was sent, at most 1 MB; a failure record may hold a whole payload and its answer.
    payload text not null check (octet_length(payload) <= 8388608),
    client_context text check (length(client_context) <= 3583),
    state text not null default 'ready' check (state in ('ready', 'running', 'dead')),
    run_at timestamptz not null,
    accepted_at timestamptz not null,
    -- Times the function ran and failed.
    attempts integer not null default 0 check (attempts >= 0),
    -- Times in a row no process was free.
    throttles integer not null default 0 check (throttles >= 0),
    -- Which runner works on it, and until when the others leave it alone.
    runner text,
    leased_until timestamptz,
    -- Rises with every claim; whoever lost the lease can no longer settle the event.
    claim integer not null default 0,
    last_error text check (length(last_error) <= 1024),
    check ((state = 'running') = (leased_until is not null)),
    check ((state = 'running') = (runner is not null))
);
create index runner_events_due on runner_events (run_at) where state = 'ready';
create index runner_events_lost on runner_events (leased_until) where state = 'running';
create index runner_events_dead on runner_events (accepted_at) where state = 'dead';

create table runner_schedules (
    function text not null,
    name text not null,
    -- Another expression starts counting afresh.
    expression text not null,
    -- The latest slot that was turned into an event.
    last_slot timestamptz not null,
    primary key (function, name)
);

grant select, insert, update, delete on runner_events, runner_schedules to parley_app;
