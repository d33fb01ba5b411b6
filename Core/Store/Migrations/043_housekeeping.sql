-- What the monthly reset and the quarter-hourly pruning do. Quotas don't depend on either: usage is keyed by period.

-- When the period was over and final.
alter table usage_periods add column closed_at timestamptz;

create policy housekeeping on usage_periods to parley_definer using (true) with check (true);
create policy housekeeping on events to parley_definer using (true);
create policy housekeeping on idempotency_keys to parley_definer using (true);
grant select (organization_id, period, closed_at), update (closed_at) on usage_periods to parley_definer;
grant select (id, at), delete on events to parley_definer;
grant select (created_at), delete on idempotency_keys to parley_definer;
grant select (time_zone) on organizations to parley_definer;

-- Closes every period that is over in its organization's own time zone. Returns how many this call closed.
create function close_usage_periods(at timestamptz) returns integer
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
create function prune(at timestamptz) returns integer
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

grant select (user_id, key) on idempotency_keys to parley_definer;
create index events_by_age on events (at);
-- The order a reader follows: nothing commits behind it.
create index events_in_order on events (organization_id, transaction_id, id);
alter function close_usage_periods(timestamptz) owner to parley_definer;
alter function prune(timestamptz) owner to parley_definer;
revoke execute on function close_usage_periods(timestamptz), prune(timestamptz) from public;
grant execute on function close_usage_periods(timestamptz), prune(timestamptz) to parley_app;
