-- Enqueuing a job, inside its own organization; taking one, across organizations. Nowhere else is a job claimed.

-- Work of the caller's transaction. A job of the same kind and key that still waits is the same work: it keeps the earlier of
-- the two due times, or is moved to this one (`moves`: a timer that is set anew).
create or replace function enqueue_job(
    job uuid, organization uuid, kind text, key text, due timestamptz, now timestamptz,
    destination text default '', payload jsonb default '{}', moves boolean default false
) returns void
    language plpgsql volatile as $$
#variable_conflict use_column
begin
    insert into jobs (organization_id, id, kind, key, destination, payload, state, run_at, created_at)
    values (enqueue_job.organization, enqueue_job.job, enqueue_job.kind, enqueue_job.key, enqueue_job.destination,
        enqueue_job.payload, case when enqueue_job.due > enqueue_job.now then 'scheduled' else 'ready' end,
        enqueue_job.due, enqueue_job.now)
    on conflict (organization_id, kind, key) where state in ('scheduled', 'ready') do update
    set run_at = excluded.run_at, state = excluded.state,
        payload = case when enqueue_job.moves then excluded.payload else jobs.payload end
    where enqueue_job.moves or excluded.run_at < jobs.run_at;
end
$$;

create or replace function running_jobs(organization uuid) returns bigint
    language plpgsql stable as $$
begin
    return (
        select count(*) from jobs as running where running.organization_id = organization and running.state = 'running');
end
$$;

-- Whether one more of a kind may run.
create or replace function has_room(
    organization uuid, wanted text, target text, share integer, target_share integer
) returns boolean
    language plpgsql stable as $$
begin
    return share > (
            select count(*) from jobs as running
            where running.organization_id = organization and running.kind = wanted and running.state = 'running')
        and (target = '' or target_share is null or target_share > (
            select count(*) from jobs as running
            where running.destination = target and running.destination <> '' and running.kind = wanted
                and running.state = 'running'));
end
$$;

-- Ends a job in the transaction of its work, and enqueues what comes next: running from the start and claimed by whoever held
-- the one that ended, in its place. It waits like any other job when that process had lost its lease, when the kind's share is
-- used up, or when work of its key runs already.
create or replace function end_job(
    ended uuid, ended_claim integer, job uuid, organization uuid, kind text, key text, now timestamptz, share integer,
    lease double precision
) returns void
    language plpgsql volatile as $$
begin
    delete from jobs
    where jobs.organization_id = end_job.organization and jobs.id = ended and jobs.claim = ended_claim
        and jobs.state = 'running';
    -- Not `has_room`: one connection that asks it as two roles (here, and in `claim_job`) would plan it anew each time.
    if found and share > (
        select count(*) from jobs
        where jobs.organization_id = end_job.organization and jobs.kind = end_job.kind and jobs.state = 'running')
    then
        -- Its claim is number 0. Had it to wait, whoever takes it would have number 1: nobody else mistakes it for theirs.
        insert into jobs (organization_id, id, kind, key, state, run_at, attempts, claim, leased_until, created_at)
        values (end_job.organization, end_job.job, end_job.kind, end_job.key, 'running', end_job.now, 1, 0,
            clock_timestamp() + make_interval(secs => lease), end_job.now)
        on conflict do nothing;
        if found then
            return;
        end if;
    end if;
    perform enqueue_job(job, organization, kind, key, now, now);
end
$$;

-- The oldest due job whose key is not running.
create or replace function next_job(organization uuid, wanted text, target text) returns uuid
    language plpgsql stable as $$
begin
    return (
        select waiting.id from jobs as waiting
        where waiting.kind = wanted and waiting.organization_id = organization and waiting.destination = target
            and waiting.state = 'ready'
            -- A scalar subquery: NOT EXISTS would be turned into a join that reads all jobs.
            and (select running.id from jobs as running
                where running.organization_id = waiting.organization_id and running.kind = waiting.kind
                    and running.key = waiting.key and running.state = 'running') is null
        order by waiting.run_at, waiting.id
        limit 1);
end
$$;

-- Whose job of one kind comes next: of the organizations that have one due, the one with the fewest running jobs. Nobody gets
-- more than its share, and a job waits while another one of its key runs.
--
-- It reads one entry of the index per organization (and destination), however many jobs wait behind it, and `most` of them at
-- the most, from the organization after `last` on: so everybody's turn comes also when more organizations than that have
-- work. The first one for whom nothing runs is taken at once. `targets`: only jobs for these destinations.
create or replace function next_in_line(
    wanted text, share integer, target_share integer, targets text[], last uuid, out organization uuid, out target text)
    language plpgsql stable as $$
declare
    most constant integer := 64;
    step record;
    least bigint;
    has_wrapped boolean := false;
    is_full boolean := false;
    seen_organization uuid := last;
    seen_target text := '';
begin
    if targets is not null then
        select first.organization_id, wish into organization, target
        from unnest(targets) as wish cross join lateral (
            select waiting.organization_id, waiting.run_at from jobs as waiting
            where waiting.state = 'ready' and waiting.destination = wish and waiting.destination <> ''
                and waiting.kind = wanted
            order by waiting.run_at
            limit 1) as first
        where has_room(first.organization_id, wanted, wish, share, target_share)
            and next_job(first.organization_id, wanted, wish) is not null
        order by running_jobs(first.organization_id), first.run_at
        limit 1;
        return;
    end if;
    for number in 1..most loop
        if is_full then
            select waiting.organization_id, waiting.destination, running_jobs(waiting.organization_id) as load into step
            from jobs as waiting
            where waiting.state = 'ready' and waiting.kind = wanted and waiting.organization_id > seen_organization
            order by waiting.organization_id, waiting.destination
            limit 1;
        else
            select waiting.organization_id, waiting.destination, running_jobs(waiting.organization_id) as load into step
            from jobs as waiting
            where waiting.state = 'ready' and waiting.kind = wanted
                and (waiting.organization_id, waiting.destination) > (seen_organization, seen_target)
            order by waiting.organization_id, waiting.destination
            limit 1;
        end if;
        if not found or has_wrapped and step.organization_id > last then
            exit when has_wrapped;
            has_wrapped := true;
            seen_organization := '00000000-0000-0000-0000-000000000000';
            seen_target := '';
            is_full := false;
            continue;
        end if;
        seen_organization := step.organization_id;
        seen_target := step.destination;
        -- Then none of its destinations is worth a step: they must not hide everybody else.
        is_full := not has_room(step.organization_id, wanted, '', share, null);
        continue when is_full;
        if (least is null or step.load < least)
            and (step.destination = ''
                or has_room(step.organization_id, wanted, step.destination, share, target_share))
            and next_job(step.organization_id, wanted, step.destination) is not null
        then
            organization := step.organization_id;
            target := step.destination;
            least := step.load;
            exit when least = 0 and organization <> last;
        end if;
    end loop;
end
$$;

-- Scheduled jobs that fell due, a few of each kind.
create or replace function ready_scheduled_jobs(kinds text[], now timestamptz) returns void
    language plpgsql volatile as $$
begin
    update jobs set state = 'ready'
    from unnest(kinds) as known (kind) cross join lateral (
        select waiting.organization_id, waiting.id from jobs as waiting
        where waiting.state = 'scheduled' and waiting.kind = known.kind and waiting.run_at <= ready_scheduled_jobs.now
        order by waiting.run_at
        limit 32
        for update skip locked) as due
    where jobs.organization_id = due.organization_id and jobs.id = due.id and jobs.state = 'scheduled';
end
$$;

create or replace function take_job(organization uuid, job uuid, lease double precision, died boolean)
    returns table (
        id uuid, organization_id uuid, kind text, key text, destination text, payload jsonb, attempts integer,
        claim integer)
    language plpgsql volatile as $$
#variable_conflict use_column
declare
    -- `JobQueue.mostFreeClaims`.
    most_free constant integer := 30;
    tries integer := 1;
    reason text := 'The process that ran it died.';
begin
    -- Whoever ran it could not keep a lease that ran out while the server was away: nobody need have died, and the try is given back.
    if died and pg_postmaster_start_time() > (
        select leased_until from jobs where organization_id = take_job.organization and id = take_job.job)
    then
        tries := 0;
        reason := 'The database was away while it ran.';
    end if;
    return query
    update jobs
    set state = 'running', leased_until = clock_timestamp() + make_interval(secs => lease), claim = jobs.claim + 1,
        attempts = jobs.attempts + case when not died or jobs.claim >= most_free then 1 else tries end,
        last_error = case when died then reason else jobs.last_error end
    where jobs.organization_id = take_job.organization and jobs.id = take_job.job
        and jobs.state = case when died then 'running' else 'ready' end
    returning jobs.id, jobs.organization_id, jobs.kind, jobs.key, jobs.destination, jobs.payload, jobs.attempts,
        jobs.claim;
end
$$;

-- At most one job: one whose process died (its lease passed), else the next in line of the first kind that has one. `kinds`
-- in the order of their priority, each with its shares (`JobKind`); of others nothing is taken. `targets`: only jobs for these
-- destinations, which the caller can serve. `now` is the injected clock; leases are real time. Whether a job that was tried so
-- often is tried once more is the caller's decision (`JobQueue`).
create or replace function claim_job(
    kinds text[], shares integer[], target_shares integer[], targets text[], last uuid,
    now timestamptz, lease double precision)
    returns table (
        id uuid, organization_id uuid, kind text, key text, destination text, payload jsonb, attempts_made integer,
        claim integer)
    language plpgsql volatile security definer
    -- Planned once per connection, here and in everything called from here: planning costs more than running. A plan made
    -- while nothing waits is used when a hundred thousand jobs do: it must step over an index all the same.
    set search_path = parley, pg_temp set plan_cache_mode = force_generic_plan
    set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
#variable_conflict use_column
declare
    -- Somebody else may be faster at the one that was chosen.
    tries constant integer := 4;
    moment constant timestamptz := clock_timestamp();
    lost record;
    chosen record;
    previous uuid;
    holds_lock boolean := false;
begin
    -- Most looks find nothing of the two: a short read of an index each, instead of an update.
    if exists (
        select from unnest(kinds) as known (kind) cross join lateral (
            select from jobs as waiting
            where waiting.state = 'scheduled' and waiting.kind = known.kind and waiting.run_at <= claim_job.now
            order by waiting.run_at
            limit 1) as due)
    then
        perform ready_scheduled_jobs(kinds, claim_job.now);
    end if;
    if moment > (
        select running.leased_until from jobs as running where running.state = 'running' order by running.leased_until limit 1)
    then
        select jobs.organization_id, jobs.id into lost from jobs
        where jobs.state = 'running' and jobs.leased_until < moment and jobs.kind = any (kinds)
            and (targets is null or jobs.destination = any (targets))
        order by jobs.leased_until
        limit 1
        for update skip locked;
        if found then
            return query select * from take_job(lost.organization_id, lost.id, lease, true);
            return;
        end if;
    end if;

    for position in 1..cardinality(kinds) loop
        previous := last;
        for try in 1..tries loop
            select next.organization, next.target into chosen from next_in_line(
                kinds[position], shares[position], target_shares[position], targets, previous) as next;
            exit when chosen.organization is null;
            previous := chosen.organization;
            -- Whoever counts what runs for an organization takes turns with others who do, until the commit. Who waits here
            -- holds no such lock yet: so nobody waits in a circle.
            if not holds_lock then
                perform pg_advisory_xact_lock(hashtextextended('jobs of ' || chosen.organization, 0));
                holds_lock := true;
            elsif not pg_try_advisory_xact_lock(hashtextextended('jobs of ' || chosen.organization, 0)) then
                continue;
            end if;
            if chosen.target <> '' and not pg_try_advisory_xact_lock(hashtextextended('jobs for ' || chosen.target, 0)) then
                continue;
            end if;
            -- Counted again: these statements see what was committed before the lock was given.
            if has_room(chosen.organization, kinds[position], chosen.target, shares[position], target_shares[position]) then
                return query select * from take_job(
                    chosen.organization, next_job(chosen.organization, kinds[position], chosen.target), lease, false);
                if found then
                    return;
                end if;
            end if;
        end loop;
    end loop;
end
$$;

-- Seconds until a job of these kinds falls due or may be lost, negative when one can be taken now; NULL when none waits. It looks
-- where `claim_job` looks with the same `last`.
create or replace function next_job_due(
    kinds text[], shares integer[], target_shares integer[], last uuid, now timestamptz) returns double precision
    language plpgsql stable security definer
    set search_path = parley, pg_temp set plan_cache_mode = force_generic_plan
    set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off
as $$
declare
    seconds double precision;
begin
    for position in 1..cardinality(kinds) loop
        if (next_in_line(kinds[position], shares[position], target_shares[position], null, last)).organization is not null
        then
            return -1;
        end if;
        -- LEAST passes over NULL.
        seconds := least(seconds, (
            select extract(epoch from min(run_at) - next_job_due.now) from jobs
            where state = 'scheduled' and kind = kinds[position]));
    end loop;
    return least(seconds, (
        select extract(epoch from min(leased_until) - clock_timestamp()) from jobs
        where state = 'running' and kind = any (kinds)));
end
$$;

-- What the System page shows of the queue: counts, no contents.
create or replace function job_counts(now timestamptz)
    returns table (kind text, waiting bigint, due bigint, running bigint, dead bigint, oldest_due timestamptz)
    language sql stable security definer set search_path = parley, pg_temp
as $$
    select kind, count(*) filter (where state in ('scheduled', 'ready')),
        count(*) filter (where state in ('scheduled', 'ready') and run_at <= job_counts.now),
        count(*) filter (where state = 'running'), count(*) filter (where state = 'dead'),
        min(run_at) filter (where state in ('scheduled', 'ready') and run_at <= job_counts.now)
    from jobs
    group by kind
$$;

-- A send through a WhatsApp Web line is work of another kind: only the process that holds the line can do it. It is told.
create or replace function send_through_line() returns trigger
    language plpgsql as $$
begin
    select 'line_send', channel.id::text into new.kind, new.destination
    from conversations thread join channels channel on channel.id = thread.channel_id
    where thread.organization_id = new.organization_id and channel.kind = 'whatsapp_web'
        and thread.id = case when new.key ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then new.key::uuid end;
    if not found then
        new.kind := 'send';
        new.destination := '';
        return new;
    end if;
    perform pg_notify('parley_destination', new.destination);
    return new;
end
$$;

create or replace trigger line before insert on jobs
    for each row when (new.kind = 'send') execute function send_through_line();

alter function claim_job owner to parley_definer;
alter function next_job_due owner to parley_definer;
alter function job_counts owner to parley_definer;
revoke execute on function
    enqueue_job, end_job, running_jobs, has_room, next_job, next_in_line, ready_scheduled_jobs, take_job, claim_job, next_job_due,
    job_counts from public;
grant execute on function
    running_jobs, has_room, next_job, next_in_line, ready_scheduled_jobs, take_job to parley_definer;
grant execute on function enqueue_job, end_job, claim_job, next_job_due, job_counts to parley_app;
