-- For each statement, not each row, and without a transition table: events are written inside one organization.
create or replace function announce_events() returns trigger
    language plpgsql as $$
begin
    if exists (
        select from event_watchers where organization_id = current_organization() and until > clock_timestamp()) then
        perform pg_notify('parley_events', current_organization()::text);
    end if;
    return null;
end
$$;

create or replace trigger announce after insert on events for each statement execute function announce_events();
