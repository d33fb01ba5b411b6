-- Who is told that there is work. A job runner that can take a job says so here and listens; whoever enqueued a job calls it
-- after its own commit, and invokes another one when nobody listens.
--
-- No call is lost: the runner is announced before it looks for jobs the last time, and the enqueuer looks for a runner after
-- its job is committed. One of the two sees the other.

-- After the commit of what enqueued a job that is due in so many seconds. False when the caller must invoke a runner.
--
-- Only what is due at once is called out: a runner that listens looks at the queue every `look` seconds, and none stays for
-- what is due in more than `horizon`; the sweep finds that. Calling it for every message of a busy minute costs more than
-- storing the message.
--
-- A statement of its own, in no transaction that writes: NOTIFY takes a lock of the whole cluster at commit, which must not
-- wait for the disk.
create or replace function call_runner(due_in double precision, horizon double precision, look double precision)
    returns boolean
    language plpgsql volatile security definer set search_path = parley, pg_temp as $$
declare
    listening uuid;
begin
    if due_in > horizon then
        return true;
    end if;
    select id into listening from idle_runners where until > clock_timestamp() order by until desc limit 1;
    if listening is null then
        return false;
    end if;
    if due_in < look then
        perform pg_notify('parley_jobs', listening::text);
    end if;
    return true;
end
$$;

-- The runner listens for so many seconds. False, and nothing is announced, when another one listens and `unless_another`.
create or replace function announce_runner(runner uuid, seconds double precision, unless_another boolean)
    returns boolean
    language plpgsql volatile security definer set search_path = parley, pg_temp as $$
begin
    if unless_another and exists (select from idle_runners where id <> runner and until > clock_timestamp()) then
        return false;
    end if;
    insert into idle_runners (id, until) values (runner, clock_timestamp() + make_interval(secs => seconds))
    on conflict (id) do update set until = excluded.until;
    return true;
end
$$;

-- The runner stops listening. After this it must look for due jobs once more.
create or replace function withdraw_runner(runner uuid) returns void
    language sql volatile security definer set search_path = parley, pg_temp as $$
    delete from idle_runners where id = runner or until < clock_timestamp() - interval '1 minute'
$$;

alter function call_runner(double precision, double precision, double precision) owner to parley_definer;
alter function announce_runner(uuid, double precision, boolean) owner to parley_definer;
alter function withdraw_runner(uuid) owner to parley_definer;
revoke execute on function
    call_runner(double precision, double precision, double precision),
    announce_runner(uuid, double precision, boolean),
    withdraw_runner(uuid) from public;
grant execute on function
    call_runner(double precision, double precision, double precision),
    announce_runner(uuid, double precision, boolean),
    withdraw_runner(uuid) to parley_app;
