-- Waking those who watch an organization's events (server-sent events).
--
-- NOTIFY takes a lock of the whole cluster at commit, so the many transactions that nobody watches must not pay for it: who
-- watches says so here for a short while, and an insert looks.

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

-- For each statement, not each row, and without a transition table: events are written inside one organization.
create function announce_events() returns trigger
    language plpgsql as $$
begin
    if exists (
        select from event_watchers where organization_id = current_organization() and until > clock_timestamp()) then
        perform pg_notify('parley_events', current_organization()::text);
    end if;
    return null;
end
$$;
create trigger announce after insert on events for each statement execute function announce_events();
