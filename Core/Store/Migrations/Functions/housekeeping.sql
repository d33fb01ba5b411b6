-- What the monthly reset and the quarter-hourly pruning do. Quotas don't depend on either: usage is keyed by period.

-- Closes every period that is over in its organization's own time zone. Returns how many this call closed.
create or replace function close_usage_periods(at timestamptz) returns integer
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    closed integer;
begin
    update usage_periods p set closed_at = at from organizations o
        where o.id = p.organization_id and p.closed_at is null
            and p.period < to_char(at at time zone o.time_zone, 'YYYY-MM');
    get diagnostics closed = row_count;
    return closed;
end
$$;

-- Deletes what has had its time, at most 10,000 rows of a kind per call: sessions and login tries that ran out, answers of
-- idempotent writes after a day, events after 90 days (whole months of them go in `drop_old_partitions`), uploads. Returns
-- how many rows went.
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
    delete from uploads u using (select organization_id, id from uploads where expires_at <= at limit 1000) expired
    where u.organization_id = expired.organization_id and u.id = expired.id;
    get diagnostics gone = row_count;
    return total + gone;
end
$$;

-- Deletes what organizations no longer keep, from the one after `previous` on, until about `room` rows went: the oldest
-- messages with their statuses and keys, turns, decisions and model runs, each older than its organization's retention.
-- `last` is where to go on; NULL: all have been looked at.
create or replace function prune_history(at timestamptz, previous uuid, room integer, out gone integer, out last uuid)
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    organization record;
begin
    gone := 0;
    for organization in
        select o.id, at - make_interval(days => o.retention_days) as before from organizations o
        where previous is null or o.id > previous
        order by o.id
    loop
        gone := gone
            + prune_rows('message_statuses', 'message_id', 'true', organization.id, organization.before, room)
            + prune_rows('message_keys', 'message_id', 'true', organization.id, organization.before, room)
            + prune_rows('messages', 'id', 'true', organization.id, organization.before, room)
            + prune_rows('turn_replies', 'turn_id', 'true', organization.id, organization.before, room)
            + prune_rows('turns', 'id', 'closed_at is not null', organization.id, organization.before, room)
            + prune_rows('ai_runs', 'id', 'true', organization.id, organization.before, room)
            + prune_rows('decisions', 'at', 'true', organization.id, organization.before, room)
            + prune_rows('message_counts', 'quarter', 'true', organization.id, organization.before, room)
            + prune_rows('sent_days', 'day', 'true', organization.id, organization.before, room);
        if gone >= room then
            last := organization.id;
            return;
        end if;
    end loop;
end
$$;

-- At most `room` rows of one organization, the oldest first. The bound is looked up apart: then both statements read a range
-- of the primary key, in the months that it lies in.
create or replace function prune_rows(
    kind text, key text, condition text, organization uuid, before timestamptz, room integer) returns integer
    language plpgsql volatile set search_path = parley, pg_temp as $$
declare
    bound text := case when key in ('at', 'quarter', 'day') then before::text else first_id(before)::text end;
    nth text;
    gone integer;
begin
    execute format('select %I::text from %I where organization_id = %L and %I < %L and %s order by %I offset %s limit 1',
        key, kind, organization, key, bound, condition, key, room) into nth;
    execute format('delete from %I where organization_id = %L and %I < %L and %s',
        kind, organization, key, coalesce(nth, bound), condition);
    get diagnostics gone = row_count;
    return gone;
end
$$;

-- Drops the months that are older than everybody's retention, events after 90 days. Returns how many went.
create or replace function drop_old_partitions(at timestamptz) returns integer
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    longest integer := (select max(retention_days) from organizations);
    old record;
    dropped integer := 0;
begin
    for old in
        select c.relname::text as name from partition_parents() p
        join pg_inherits i on i.inhparent = ('parley.' || p.name)::regclass
        join pg_class c on c.oid = i.inhrelid and c.relname ~ '_\d{4}_\d{2}$'
        where to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month'
            < (at - make_interval(days => case p.name when 'events' then 90 else longest end)) at time zone 'UTC'
        order by c.relname
        limit 50
    loop
        perform drop_partition(old.name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

alter function close_usage_periods(timestamptz) owner to parley_definer;
alter function prune(timestamptz) owner to parley_definer;
alter function prune_history(timestamptz, uuid, integer) owner to parley_definer;
alter function drop_old_partitions(timestamptz) owner to parley_definer;
revoke execute on function close_usage_periods(timestamptz), prune(timestamptz), prune_history(timestamptz, uuid, integer),
    prune_rows(text, text, text, uuid, timestamptz, integer), drop_old_partitions(timestamptz) from public;
grant execute on function close_usage_periods(timestamptz), prune(timestamptz), prune_history(timestamptz, uuid, integer),
    drop_old_partitions(timestamptz) to parley_app;
grant execute on function prune_rows(text, text, text, uuid, timestamptz, integer) to parley_definer;
