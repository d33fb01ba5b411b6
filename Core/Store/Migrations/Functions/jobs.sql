-- Taking a job, across organizations. Everything else about a job happens inside its own organization.

-- At most one job: first one whose process died (its lease passed), else the one that has been due longest and whose key
-- is not running. `more` says that another job is due or falls due within `horizon` seconds, so that the caller can see
-- to it that somebody looks while it works. `now` is the injected clock; leases are real time.
create or replace function claim_job(now timestamptz, lease double precision, horizon double precision)
    returns table (
        id uuid, organization_id uuid, kind text, key text, payload jsonb, attempts integer, max_attempts integer,
        claim integer, last_error text, was_lost boolean, more boolean)
    language plpgsql volatile security definer set search_path = parley, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with lost as (
        select jobs.id from jobs
        where state = 'running' and lane is null and leased_until < clock_timestamp()
        order by leased_until
        limit 1
        for update skip locked
    ), due as (
        select waiting.id from jobs as waiting
        where waiting.state = 'ready' and waiting.lane is null and waiting.run_at <= claim_job.now
            and not exists (
                select from jobs as running
                where running.kind = waiting.kind and running.key = waiting.key and running.state = 'running')
        order by waiting.run_at, waiting.id
        limit 1
        for update skip locked
    ), chosen as (
        -- Read in order and only as far as needed: `due` locks nothing when there is a lost job.
        select lost.id, true as was_lost from lost union all select due.id, false from due limit 1
    )
    update jobs
    set state = 'running', leased_until = clock_timestamp() + make_interval(secs => lease),
        claim = jobs.claim + 1, attempts = jobs.attempts + 1,
        last_error = case when chosen.was_lost then 'The process that ran it died.' else jobs.last_error end
    from chosen
    where jobs.id = chosen.id
    returning jobs.id, jobs.organization_id, jobs.kind, jobs.key, jobs.payload, jobs.attempts, jobs.max_attempts,
        jobs.claim, jobs.last_error, chosen.was_lost,
        exists (
            select from jobs as other
            where other.state = 'ready' and other.lane is null and other.id <> jobs.id
                and other.run_at <= claim_job.now + make_interval(secs => horizon));
end
$$;

-- At most one job of the given lanes, chosen as in `claim_job`. `more`: another one of these lanes is due.
create or replace function claim_line_job(lanes uuid[], now timestamptz, lease double precision)
    returns table (
        id uuid, organization_id uuid, kind text, key text, payload jsonb, attempts integer, max_attempts integer,
        claim integer, last_error text, was_lost boolean, more boolean, lane uuid)
    language plpgsql volatile security definer set search_path = parley, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with lost as (
        select jobs.id from jobs
        where state = 'running' and lane = any (claim_line_job.lanes) and leased_until < clock_timestamp()
        order by leased_until
        limit 1
        for update skip locked
    ), due as (
        select waiting.id from jobs as waiting
        where waiting.state = 'ready' and waiting.lane = any (claim_line_job.lanes)
            and waiting.run_at <= claim_line_job.now
            and not exists (
                select from jobs as running
                where running.kind = waiting.kind and running.key = waiting.key and running.state = 'running')
        order by waiting.run_at, waiting.id
        limit 1
        for update skip locked
    ), chosen as (
        select lost.id, true as was_lost from lost union all select due.id, false from due limit 1
    )
    update jobs
    set state = 'running', leased_until = clock_timestamp() + make_interval(secs => lease),
        claim = jobs.claim + 1, attempts = jobs.attempts + 1,
        last_error = case when chosen.was_lost then 'The process that ran it died.' else jobs.last_error end
    from chosen
    where jobs.id = chosen.id
    returning jobs.id, jobs.organization_id, jobs.kind, jobs.key, jobs.payload, jobs.attempts, jobs.max_attempts,
        jobs.claim, jobs.last_error, chosen.was_lost,
        exists (
            select from jobs as other
            where other.state = 'ready' and other.lane = any (claim_line_job.lanes) and other.id <> jobs.id
                and other.run_at <= claim_line_job.now),
        jobs.lane;
end
$$;

-- What the System page shows of the queue: counts, no contents.
create or replace function job_counts(now timestamptz)
    returns table (kind text, ready bigint, due bigint, running bigint, oldest_due timestamptz)
    language sql stable security definer set search_path = parley, pg_temp
as $$
    select kind, count(*) filter (where state = 'ready'), count(*) filter (where state = 'ready' and run_at <= now),
        count(*) filter (where state = 'running'), min(run_at) filter (where state = 'ready' and run_at <= now)
    from jobs
    where state in ('ready', 'running')
    group by kind
$$;

-- Whether a job is due or falls due within `horizon` seconds and could be run.
create or replace function job_waiting(now timestamptz, horizon double precision) returns boolean
    language plpgsql stable security definer set search_path = parley, pg_temp
as $$
begin
    return exists (
        select from jobs as waiting
        where waiting.state = 'ready' and waiting.lane is null
            and waiting.run_at <= job_waiting.now + make_interval(secs => horizon)
            and not exists (
                select from jobs as running
                where running.kind = waiting.kind and running.key = waiting.key and running.state = 'running'));
end
$$;

alter function claim_job(timestamptz, double precision, double precision) owner to parley_definer;
alter function claim_line_job(uuid[], timestamptz, double precision) owner to parley_definer;
alter function job_counts(timestamptz) owner to parley_definer;
alter function job_waiting(timestamptz, double precision) owner to parley_definer;
revoke execute on function
    claim_job(timestamptz, double precision, double precision),
    claim_line_job(uuid[], timestamptz, double precision),
    job_counts(timestamptz),
    job_waiting(timestamptz, double precision) from public;
grant execute on function
    claim_job(timestamptz, double precision, double precision),
    claim_line_job(uuid[], timestamptz, double precision),
    job_counts(timestamptz),
    job_waiting(timestamptz, double precision) to parley_app;

-- Lanes: what only the process that holds the line can send.
create or replace function choose_lane() returns trigger
    language plpgsql as $$
begin
    select channel.id into new.lane
    from conversations thread join channels channel on channel.id = thread.channel_id
    where thread.organization_id = new.organization_id and channel.kind = 'whatsapp_web'
        and thread.id = case when new.key ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then new.key::uuid end;
    if new.lane is not null then
        perform pg_notify('parley_lane', new.lane::text);
    end if;
    return new;
end
$$;

create or replace trigger lane before insert on jobs for each row when (new.kind = 'send') execute function choose_lane();
