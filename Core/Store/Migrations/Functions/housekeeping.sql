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
-- idempotent writes after a day, events after 90 days. Returns how many rows went.
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
    delete from events where id in
        (select id from events e where e.at <= prune.at - interval '90 days' order by id limit 10000);
    get diagnostics gone = row_count;
    return total + gone;
end
$$;

-- Deletes what has had its time, at most 1,000 files per call. Returns how many.
create or replace function prune_uploads(at timestamptz) returns integer
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    gone integer;
begin
    delete from uploads where id in (select id from uploads u where u.expires_at <= at limit 1000);
    get diagnostics gone = row_count;
    return gone;
end
$$;

alter function close_usage_periods(timestamptz) owner to parley_definer;
alter function prune(timestamptz) owner to parley_definer;
alter function prune_uploads(timestamptz) owner to parley_definer;
revoke execute on function
    close_usage_periods(timestamptz),
    prune(timestamptz),
    prune_uploads(timestamptz) from public;
grant execute on function
    close_usage_periods(timestamptz),
    prune(timestamptz),
    prune_uploads(timestamptz) to parley_app;
