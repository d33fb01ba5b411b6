-- What the monthly reset and the quarter-hourly pruning do. Quotas don't depend on either: usage is keyed by period.

-- Closes periods that are over in their organization's own time zone, at most `room` of them. Returns how many it closed.
create or replace function close_usage_periods(at timestamptz, room integer) returns integer
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    -- No clock on earth is further ahead than UTC+14: what has this month's name there is over nowhere.
    newest constant char(7) := to_char((at + interval '14 hours') at time zone 'UTC', 'YYYY-MM');
    closed integer;
begin
    update usage_periods p set closed_at = at
    from (
        select open.organization_id, open.period from usage_periods open
        join organizations o on o.id = open.organization_id
        where open.closed_at is null and open.period < newest
            and open.period < to_char(at at time zone o.time_zone, 'YYYY-MM')::char(7)
        order by open.period, open.organization_id
        limit room
        for no key update of open skip locked) over
    where p.organization_id = over.organization_id and p.period = over.period;
    get diagnostics closed = row_count;
    return closed;
end
$$;

-- Deletes what has had its time, at most 10,000 rows of a kind per call: sessions and login tries that ran out, answers of
-- idempotent writes after a day, events after 90 days (whole months of them go in `drop_old_partition`), dead jobs after 90
-- days, uploads, addresses that were given back after the year in which they are remembered (`was_released`). Returns how many rows went.
create or replace function prune(at timestamptz) returns integer
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    gone integer;
    total integer := 0;
begin
    delete from sessions where id in (select id from sessions where expires_at <= at limit 10000);
    get diagnostics gone = row_count;
    total := total + gone;
    delete from login_attempts where id in
        (select id from login_attempts a where a.at <= prune.at - interval '15 minutes' limit 10000);
    get diagnostics gone = row_count;
    total := total + gone;
    delete from idempotency_keys where (user_id, key) in
        (select user_id, key from idempotency_keys where created_at <= prune.at - interval '24 hours' limit 10000);
    get diagnostics gone = row_count;
    total := total + gone;
    delete from events e using (
        select old.organization_id, old.at, old.id from events old
        where old.at <= prune.at - interval '90 days' limit 10000) gone_by
    where e.organization_id = gone_by.organization_id and e.at = gone_by.at and e.id = gone_by.id
        and e.at <= prune.at - interval '90 days';
    get diagnostics gone = row_count;
    total := total + gone;
    delete from jobs j using (
        select organization_id, id from jobs
        where state = 'dead' and created_at <= prune.at - interval '90 days' order by created_at limit 10000) dead
    where j.organization_id = dead.organization_id and j.id = dead.id and j.state = 'dead';
    get diagnostics gone = row_count;
    total := total + gone;
    delete from uploads u using (select organization_id, id from uploads where expires_at <= at limit 1000) expired
    where u.organization_id = expired.organization_id and u.id = expired.id;
    get diagnostics gone = row_count;
    total := total + gone;
    delete from released_addresses where (kind, address) in (
        select r.kind, r.address from released_addresses r where r.released_at <= prune.at - interval '1 year'
        order by r.released_at limit 10000);
    get diagnostics gone = row_count;
    return total + gone;
end
$$;

-- Deletes what organizations no longer keep: the oldest messages with their statuses and keys, turns, decisions and model
-- runs, each older than its organization's retention. Looks at no more than 20 organizations, from where the last call
-- stopped, and until `room` rows went. `is_round`: the last organization has been looked at, and the next call begins anew.
create or replace function prune_history(at timestamptz, room integer, out gone integer, out is_round boolean)
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    most constant integer := 20;
    looked_at integer := 0;
    previous uuid;
    organization record;
begin
    gone := 0;
    select coalesce(last_looked_at, '00000000-0000-0000-0000-000000000000') into previous from history_pruning for update;
    for organization in
        select o.id, at - make_interval(days => o.retention_days) as before from organizations o
        where o.id > previous order by o.id limit most
    loop
        gone := gone + prune_organization(organization.id, organization.before, room - gone);
        looked_at := looked_at + 1;
        previous := organization.id;
        exit when gone >= room;
    end loop;
    is_round := looked_at < most and gone < room;
    update history_pruning set last_looked_at = case when is_round then null else previous end;
end
$$;

-- At most `room` rows of one organization.
create or replace function prune_organization(organization uuid, before timestamptz, room integer) returns integer
    language plpgsql volatile set search_path = parley, pg_temp as $$
declare
    kind record;
    gone integer := 0;
begin
    for kind in
        select * from (values
            ('message_statuses', 'message_id', 'true'), ('message_keys', 'message_id', 'true'), ('messages', 'id', 'true'),
            ('turn_replies', 'turn_id', 'true'), ('turns', 'id', 'closed_at is not null'), ('ai_runs', 'id', 'true'),
            ('decisions', 'at', 'true'), ('message_counts', 'quarter', 'true'), ('conversation_days', 'day', 'true')
        ) as kinds (name, key, condition)
    loop
        gone := gone + prune_rows(kind.name, kind.key, kind.condition, organization, before, room - gone);
        exit when gone >= room;
    end loop;
    return gone;
end
$$;

-- The oldest rows of one organization, at most `room`: all in front of the last one's key, and of those that share it (a quarter
-- of an hour has as many as there are channels, authors and statuses) as many as there is room for. The key is looked up
-- apart: then all statements read a range of an index, in the months that it lies in.
create or replace function prune_rows(
    kind text, key text, condition text, organization uuid, before timestamptz, room integer) returns integer
    language plpgsql volatile set search_path = parley, pg_temp as $$
declare
    bound text := case when key in ('at', 'quarter', 'day') then before::text else first_id(before)::text end;
    last text;
    gone integer;
    of_last integer;
begin
    execute format(
        'select %1$I::text from (select %1$I from %2$I where organization_id = %3$L and %1$I < %4$L and %5$s'
        ' order by %1$I limit %6$s) oldest order by %1$I desc limit 1',
        key, kind, organization, bound, condition, room) into last;
    if last is null then
        return 0;
    end if;
    execute format('delete from %I where organization_id = %L and %I < %L and %s',
        kind, organization, key, last, condition);
    get diagnostics gone = row_count;
    -- A row's place is its own within a table: all that share a key are in one month, or in a table that has none.
    execute format(
        'delete from %1$I where organization_id = %2$L and %3$I = %4$L and ctid = any (array('
        'select ctid from %1$I where organization_id = %2$L and %3$I = %4$L and %5$s limit %6$s))',
        kind, organization, key, last, condition, room - gone);
    get diagnostics of_last = row_count;
    return gone + of_last;
end
$$;

-- Drops the oldest month of a table that is older than everybody's retention, events after 90 days. One month per
-- transaction, because it locks the table and all that refer to it. Returns false when there is none.
create or replace function drop_old_partition(at timestamptz) returns boolean
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    longest integer := (select max(retention_days) from organizations);
    old text := (
        select c.relname::text from partition_parents() p
        join pg_inherits i on i.inhparent = ('parley.' || p.name)::regclass
        join pg_class c on c.oid = i.inhrelid and c.relname ~ '_\d{4}_\d{2}$'
        where to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month'
            < (at - make_interval(days => case p.name when 'events' then 90 else longest end)) at time zone 'UTC'
        order by right(c.relname, 7), c.relname
        limit 1);
begin
    if old is null then
        return false;
    end if;
    perform drop_partition(old);
    return true;
end
$$;

alter function close_usage_periods(timestamptz, integer) owner to parley_definer;
alter function prune(timestamptz) owner to parley_definer;
alter function prune_history(timestamptz, integer) owner to parley_definer;
alter function drop_old_partition(timestamptz) owner to parley_definer;
-- The place of a row that is to be deleted.
grant select (ctid) on messages, message_statuses, message_keys, turn_replies, turns, ai_runs, decisions to parley_definer;
revoke execute on function
    close_usage_periods(timestamptz, integer), prune(timestamptz), prune_history(timestamptz, integer),
    prune_organization(uuid, timestamptz, integer), prune_rows(text, text, text, uuid, timestamptz, integer),
    drop_old_partition(timestamptz) from public;
grant execute on function
    close_usage_periods(timestamptz, integer), prune(timestamptz), prune_history(timestamptz, integer),
    drop_old_partition(timestamptz) to parley_app;
grant execute on function
    prune_organization(uuid, timestamptz, integer), prune_rows(text, text, text, uuid, timestamptz, integer)
    to parley_definer;
