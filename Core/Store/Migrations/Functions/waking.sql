-- Who needs to wake the job runner. An idle runner says here that it is looking; whoever enqueues a job while one is
-- looking need not wake another.
--
-- The race at the end: an enqueuer sees the row, then the runner leaves without having seen the job. Therefore enqueuers
-- hold the shared lock until their job is committed, and a runner that stops looking takes the exclusive lock to delete
-- its row, commits, and looks once more.

create or replace function waking_lock() returns bigint
    language sql immutable parallel safe
    return 7265210043;

-- True when the caller must wake a runner after its commit. Call it in the transaction that enqueues.
create or replace function wake_needed() returns boolean
    language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(waking_lock());
    -- A statement of its own: its snapshot is taken after the lock.
    return not exists (select from idle_runners where until > clock_timestamp());
end
$$;

-- The runner looks from now on, for `seconds`. False when another one is looking already.
create or replace function announce_runner(runner uuid, seconds double precision) returns boolean
    language plpgsql volatile as $$
begin
    if exists (select from idle_runners where id <> runner and until > clock_timestamp()) then
        return false;
    end if;
    insert into idle_runners (id, until) values (runner, clock_timestamp() + make_interval(secs => seconds))
    on conflict (id) do update set until = excluded.until;
    return true;
end
$$;

-- The runner stops looking. After the commit of this call it must look for due jobs once more.
create or replace function withdraw_runner(runner uuid) returns void
    language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock(waking_lock());
    delete from idle_runners where id = runner or until < clock_timestamp() - interval '1 minute';
end
$$;

revoke execute on function
    wake_needed(),
    announce_runner(uuid, double precision),
    withdraw_runner(uuid) from public;
grant execute on function
    wake_needed(),
    announce_runner(uuid, double precision),
    withdraw_runner(uuid) to parley_app;
