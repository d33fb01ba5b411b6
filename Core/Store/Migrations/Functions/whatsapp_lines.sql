-- What the owner asks anew: nothing holds it back any more.
create or replace function ask_line() returns trigger
    language plpgsql as $$
begin
    new.asked := old.asked + 1;
    new.parked := false;
    new.failures := 0;
    new.retry_at := null;
    return new;
end
$$;

create or replace trigger ask before update of wanted, requested_at, pairing, pairing_phone on whatsapp_lines
    for each row when (
        (new.wanted, new.requested_at, new.pairing, new.pairing_phone)
            is distinct from (old.wanted, old.requested_at, old.pairing, old.pairing_phone))
    execute function ask_line();

create or replace function announce_line() returns trigger
    language plpgsql as $$
begin
    perform pg_notify('parley_lines', new.channel_id::text);
    return null;
end
$$;

create or replace trigger announce_new after insert on whatsapp_lines for each row execute function announce_line();
create or replace trigger announce_asked after update on whatsapp_lines
    for each row when (new.asked <> old.asked) execute function announce_line();

-- MARK: Leases, across organizations

-- Up to `room` lines that nobody holds, or whose worker fell silent, for `worker`.
create or replace function claim_lines(worker uuid, room integer, lease double precision)
    returns table (channel_id uuid, organization_id uuid, fence bigint, asked integer)
    language sql volatile security definer set search_path = parley, pg_temp
as $$
    update whatsapp_lines line
    set holder = worker, fence = line.fence + 1, leased_until = clock_timestamp() + make_interval(secs => lease)
    from (
        select free.organization_id, free.channel_id from whatsapp_lines free
        where not free.parked and (free.leased_until is null or free.leased_until < clock_timestamp())
        order by free.leased_until nulls first
        limit room
        for no key update skip locked) chosen
    where line.organization_id = chosen.organization_id and line.channel_id = chosen.channel_id
    returning line.channel_id, line.organization_id, line.fence, line.asked
$$;

-- Keeps all lines of a worker for another lease, in one statement. A line that does not come back was taken over. A line with a
-- transaction under way is not waited for, or one slow line would cost the leases of all: nobody takes it from under the
-- transaction, and the next renewal is soon.
create or replace function renew_lines(worker uuid, lease double precision)
    returns table (channel_id uuid, fence bigint, asked integer)
    language sql volatile security definer set search_path = parley, pg_temp
as $$
    with free as (
        select mine.channel_id from whatsapp_lines mine where mine.holder = worker for no key update skip locked
    ), renewed as (
        update whatsapp_lines line set leased_until = clock_timestamp() + make_interval(secs => lease)
        from free where line.channel_id = free.channel_id
    )
    select line.channel_id, line.fence, line.asked from whatsapp_lines line where line.holder = worker
$$;

-- Gives lines back, so that another worker need not wait for the lease to run out.
create or replace function release_lines(worker uuid, lines uuid[]) returns void
    language sql volatile security definer set search_path = parley, pg_temp
as $$
    update whatsapp_lines line set holder = null, leased_until = null
    where line.holder = worker and line.channel_id = any (lines)
$$;

alter function claim_lines(uuid, integer, double precision) owner to parley_definer;
alter function renew_lines(uuid, double precision) owner to parley_definer;
alter function release_lines(uuid, uuid[]) owner to parley_definer;
revoke execute on function
    claim_lines(uuid, integer, double precision),
    renew_lines(uuid, double precision),
    release_lines(uuid, uuid[]) from public;
grant execute on function
    claim_lines(uuid, integer, double precision),
    renew_lines(uuid, double precision),
    release_lines(uuid, uuid[]) to parley_app;

-- MARK: What a line's worker writes

-- The first statement of every transaction of a worker about a line: fails with PLF01 once the line is another's. The lock
-- makes a take-over wait for the transaction, so nothing commits under an old fence.
create or replace function hold_line(line uuid, worker uuid, held bigint) returns void
    language plpgsql volatile as $$
begin
    perform from whatsapp_lines where channel_id = line and holder = worker and fence = held for no key update;
    if not found then
        raise exception 'the line is held by another worker' using errcode = 'PLF01';
    end if;
end
$$;

-- Writes a line's status with its reason and next step; an event only when something a person sees has changed.
create or replace function set_line_status(line uuid, new_status text, reason text, step text, at timestamptz) returns void
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

revoke execute on function
    hold_line(uuid, uuid, bigint),
    set_line_status(uuid, text, text, text, timestamptz) from public;
grant execute on function
    hold_line(uuid, uuid, bigint),
    set_line_status(uuid, text, text, text, timestamptz) to parley_app;
