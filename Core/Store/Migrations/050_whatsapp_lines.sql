-- WhatsApp Web lines: what the owner wants of each, which session worker holds it, and the lane its messages leave by.
--
-- A worker holds a line under a lease with a fencing number. Each of its transactions begins with `hold_line`, which locks
-- the row and fails when another worker has taken the line over: a worker that lost its line can write nothing more.

create table whatsapp_lines (
    channel_id uuid primary key,
    organization_id uuid not null,

    -- What the owner asked; the API writes these, the worker obeys.
    wanted text not null default 'connected' check (wanted in ('connected', 'stopped', 'unlinked')),
    -- Set to ask for a connection now, whatever stopped the last one.
    requested_at timestamptz,
    pairing text not null default 'qr' check (pairing in ('qr', 'code')),
    -- Digits of the phone that will type the code.
    pairing_phone text check (pairing_phone ~ '^[0-9]{5,20}$'),
    -- Rises with every change of the above: a worker sees what it has not yet obeyed.
    asked integer not null default 0,

    -- For the screen; NULL when there is none to show. Whoever sees either may link a device: signed-in people only.
    qr text check (length(qr) <= 1000),
    qr_expires_at timestamptz,
    pairing_code text check (length(pairing_code) <= 20),
    pairing_code_expires_at timestamptz,

    -- Who is linked; NULL while nobody is.
    phone_number text check (phone_number ~ '^[0-9]{5,20}$'),
    jid text check (length(jid) <= 200),
    lid text check (length(lid) <= 200),
    push_name text check (length(push_name) <= 255),
    platform text check (length(platform) <= 100),

    -- The lease. Real time, because it watches processes.
    holder uuid,
    fence bigint not null default 0,
    leased_until timestamptz,
    -- Nothing to do until the owner asks: no worker takes it.
    parked boolean not null default false,

    -- Connections in a row that failed, and when the next is due. Real time.
    failures integer not null default 0 check (failures >= 0),
    retry_at timestamptz,
    banned_until timestamptz,
    linked_at timestamptz,
    connected_at timestamptz,
    disconnected_at timestamptz,
    -- One plain sentence: what the owner should do now; empty when nothing. The reason is `channels.status_reason`.
    next_step text not null default '' check (length(next_step) <= 500),

    created_at timestamptz not null,
    updated_at timestamptz not null,
    check ((holder is null) = (leased_until is null)),
    check ((qr is null) = (qr_expires_at is null)),
    check ((pairing_code is null) = (pairing_code_expires_at is null)),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
create index whatsapp_lines_to_hold on whatsapp_lines (leased_until) where not parked;
create index whatsapp_lines_of_holder on whatsapp_lines (holder) where holder is not null;
call protect('whatsapp_lines');

-- What the owner asks anew: nothing holds it back any more.
create function ask_line() returns trigger
    language plpgsql as $$
begin
    new.asked := old.asked + 1;
    new.parked := false;
    new.failures := 0;
    new.retry_at := null;
    return new;
end
$$;
create trigger ask before update of wanted, requested_at, pairing, pairing_phone on whatsapp_lines
    for each row when (
        (new.wanted, new.requested_at, new.pairing, new.pairing_phone)
            is distinct from (old.wanted, old.requested_at, old.pairing, old.pairing_phone))
    execute function ask_line();

create function announce_line() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('parley_lines', new.channel_id::text);
    return null;
end
$$;
create trigger announce_new after insert on whatsapp_lines for each row execute function announce_line();
create trigger announce_asked after update on whatsapp_lines
    for each row when (new.asked <> old.asked) execute function announce_line();

-- MARK: Leases, across organizations

create policy definer on whatsapp_lines to parley_definer using (true) with check (true);
grant select (channel_id, organization_id, holder, fence, leased_until, parked, asked) on whatsapp_lines to parley_definer;
grant update (holder, fence, leased_until) on whatsapp_lines to parley_definer;

-- Up to `room` lines that nobody holds, or whose worker fell silent, for `worker`.
create function claim_lines(worker uuid, room integer, lease double precision)
    returns table (channel_id uuid, organization_id uuid, fence bigint, asked integer)
    language sql volatile security definer set search_path = parley, pg_temp
as $$
    update whatsapp_lines line
    set holder = worker, fence = line.fence + 1, leased_until = clock_timestamp() + make_interval(secs => lease)
    from (
        select free.channel_id from whatsapp_lines free
        where not free.parked and (free.leased_until is null or free.leased_until < clock_timestamp())
        order by free.leased_until nulls first
        limit room
        for no key update skip locked) chosen
    where line.channel_id = chosen.channel_id
    returning line.channel_id, line.organization_id, line.fence, line.asked
$$;

-- Keeps all lines of a worker for another lease, in one statement. A line that does not come back was taken over.
create function renew_lines(worker uuid, lease double precision)
    returns table (channel_id uuid, fence bigint, asked integer)
    language sql volatile security definer set search_path = parley, pg_temp
as $$
    update whatsapp_lines line set leased_until = clock_timestamp() + make_interval(secs => lease)
    where line.holder = worker
    returning line.channel_id, line.fence, line.asked
$$;

-- Gives lines back, so that another worker need not wait for the lease to run out.
create function release_lines(worker uuid, lines uuid[]) returns void
    language sql volatile security definer set search_path = parley, pg_temp
as $$
    update whatsapp_lines line set holder = null, leased_until = null
    where line.holder = worker and line.channel_id = any (lines)
$$;

alter function claim_lines(uuid, integer, double precision) owner to parley_definer;
alter function renew_lines(uuid, double precision) owner to parley_definer;
alter function release_lines(uuid, uuid[]) owner to parley_definer;
revoke execute on function claim_lines(uuid, integer, double precision), renew_lines(uuid, double precision),
    release_lines(uuid, uuid[]) from public;
grant execute on function claim_lines(uuid, integer, double precision), renew_lines(uuid, double precision),
    release_lines(uuid, uuid[]) to parley_app;

-- The first statement of every transaction of a worker about a line: fails with PLF01 once the line is another's. The lock
-- makes a take-over wait for the transaction, so nothing commits under an old fence.
create function hold_line(line uuid, worker uuid, held bigint) returns void
    language plpgsql volatile as $$
begin
    perform from whatsapp_lines where channel_id = line and holder = worker and fence = held for no key update;
    if not found then
        raise exception 'the line is held by another worker' using errcode = 'PLF01';
    end if;
end
$$;
revoke execute on function hold_line(uuid, uuid, bigint) from public;
grant execute on function hold_line(uuid, uuid, bigint) to parley_app;

-- Writes a line's status with its reason and next step; an event only when something a person sees has changed.
create function set_line_status(line uuid, new_status text, reason text, step text, at timestamptz) returns void
    language plpgsql volatile as $$
declare
    organization uuid;
begin
    update whatsapp_lines set next_step = step, updated_at = at where channel_id = line and next_step <> step;
    update channels set status = new_status, status_reason = reason, updated_at = at
    where id = line and (status, status_reason) is distinct from (new_status, reason)
    returning organization_id into organization;
    if found then
        insert into events (organization_id, type, subject_id, data, at)
        values (organization, 'channel.status', line, jsonb_build_object('status', new_status), at);
    end if;
end
$$;
revoke execute on function set_line_status(uuid, text, text, text, timestamptz) from public;
grant execute on function set_line_status(uuid, text, text, text, timestamptz) to parley_app;

-- MARK: Lanes: what only the process that holds the line can send

-- NULL: any job runner. Else the line through which it must leave.
alter table jobs add column lane uuid;
drop index due_jobs;
drop index lost_jobs;
create index due_jobs on jobs (run_at, id) where state = 'ready' and lane is null;
create index lost_jobs on jobs (leased_until) where state = 'running' and lane is null;
create index lane_jobs on jobs (lane, run_at, id) where lane is not null and state = 'ready';
create index lost_lane_jobs on jobs (lane, leased_until) where lane is not null and state = 'running';

create function choose_lane() returns trigger
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
create trigger lane before insert on jobs for each row when (new.kind = 'send') execute function choose_lane();

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
create function claim_line_job(lanes uuid[], now timestamptz, lease double precision)
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
alter function claim_line_job(uuid[], timestamptz, double precision) owner to parley_definer;
revoke execute on function claim_line_job(uuid[], timestamptz, double precision) from public;
grant execute on function claim_line_job(uuid[], timestamptz, double precision) to parley_app;

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

-- What `type` and `body` can't say of a message: {"poll": {"options": [...], "selectable": 1}}, {"reaction_to": id},
-- {"edit_of": id}, {"quote_of": id}, {"filename": "offer.pdf"}; ids are of our own rows. `Domain/MessageContent` reads it.
alter table messages add column content jsonb;
