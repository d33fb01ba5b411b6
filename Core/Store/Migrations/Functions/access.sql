-- Who is not yet known (a login name, a session token) is found by these narrow functions.

-- The account behind a login name, for checking a password. Operators are no such accounts: their password is the environment's.
create or replace function find_login(login text) returns table (user_id uuid, password_hash text)
    language sql stable security definer set search_path = parley, pg_temp
    begin atomic
        select id, users.password_hash from users where email = login_name(login) and username is null limit 1;
    end;

-- Opens the session of a cookie (`token`, `agent`) or of a bearer token (`session`) and rolls it 24 hours ahead, and says
-- which organization the request speaks for: the one it names, else the user's personal one, else the oldest. No row: no
-- such session, or it expired, or it came from another browser (then it is ended). Organization NULL: not a member.
create or replace function open_session(token bytea, session uuid, agent bytea, organization uuid, at timestamptz)
    returns table (session_id uuid, user_id uuid, is_operator boolean, organization_id uuid, role text)
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    found_session sessions%rowtype;
begin
    select * into found_session from sessions s
        where (s.token_hash = token or s.id = session) and s.expires_at > at;
    if not found then return; end if;
    if agent is not null and found_session.agent_hash <> agent then
        delete from sessions s where s.id = found_session.id;
        return;
    end if;
    -- Every request resets the 24 hours; a minute's grain spares a write per request.
    if found_session.last_seen_at < at - interval '1 minute' then
        update sessions s set last_seen_at = at, expires_at = at + interval '24 hours' where s.id = found_session.id;
    end if;
    return query
        select found_session.id, u.id, u.is_operator, m.organization_id, m.role
        from users u
        left join lateral (
            select mm.organization_id, mm.role from memberships mm
            join organizations o on o.id = mm.organization_id and o.deleted_at is null
            where mm.user_id = u.id and (organization is null or mm.organization_id = organization)
            order by o.is_personal desc, mm.created_at, mm.organization_id limit 1
        ) m on true
        where u.id = found_session.user_id;
end
$$;

-- Takes one try for an account before the password is looked at, so that parallel tries can't slip past. Returns 0, or the seconds
-- until the next try is allowed, within 15 minutes:
-- 5 of one caller for one account (a caller is a device that entered it before, else an address);
-- 20 of one address, whatever the accounts: one password tried on many;
-- 50 of all strangers together for one account. A device or an address that entered the account before is none: nobody can keep
-- them out by guessing from elsewhere.
drop function if exists take_login_attempt(text, bytea, integer, timestamptz);
create or replace function take_login_attempt(address text, device text, login text, at timestamptz)
    returns table (wait integer, name text)
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    blocking timestamptz;
    counted bytea := sha256(convert_to(login_name(login), 'UTF8'));
    caller text := coalesce('device ' || device, address);
    known boolean := device is not null or exists (
        select from login_places p where p.account = counted and p.place = take_login_attempt.address
            and p.seen_at > take_login_attempt.at - interval '30 days');
    since timestamptz := take_login_attempt.at - interval '15 minutes';
begin
    perform pg_advisory_xact_lock(hashtextextended('login address ' || caller, 0));
    perform pg_advisory_xact_lock(hashtextextended('login account ' || encode(counted, 'hex'), 0));
    select max(nth) into blocking from (
        (select a.at as nth from login_attempts a where a.account = counted and a.address = caller and a.at > since
            order by a.at desc offset 4 limit 1)
        union all
        (select a.at from login_attempts a where device is null and a.address = caller and a.at > since
            order by a.at desc offset 19 limit 1)
        union all
        (select a.at from login_attempts a where not known and a.account = counted and not a.is_known and a.at > since
            order by a.at desc offset 49 limit 1)
    ) tries;
    if blocking is null then
        insert into login_attempts (address, account, is_known, at) values (caller, counted, known, take_login_attempt.at);
        return query select 0, login_name(login);
    else
        return query select greatest(1, ceil(extract(epoch from blocking + interval '15 minutes' - take_login_attempt.at)))::integer,
            login_name(login);
    end if;
end
$$;

-- After a right password: this caller's tries at this account are forgotten, and the address is known from now on. Tries at other
-- accounts stay, or owning one account would buy endless guesses at the rest; so do those of strangers.
drop function if exists forgive_login_attempts(bytea);
create or replace function note_login(address text, device text, login text, at timestamptz) returns void
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    counted bytea := sha256(convert_to(login_name(login), 'UTF8'));
begin
    delete from login_attempts a where a.account = counted and a.address in (note_login.address, 'device ' || device);
    insert into login_places as p (account, place, seen_at) values (counted, note_login.address, note_login.at)
        on conflict (account, place) do update set seen_at = greatest(p.seen_at, excluded.seen_at);
    -- The last 20 places of an account, and none that is older than a month; a few rows a call.
    delete from login_places where ctid in (
        select p.ctid from login_places p where p.account = counted order by p.seen_at desc offset 20 limit 8);
    delete from login_places where ctid in (
        select p.ctid from login_places p where p.seen_at < note_login.at - interval '30 days' limit 8 for update skip locked);
end
$$;

-- The operator as the environment names them: one account, whose name changes with it. Another name or password than before ends all
-- sessions of operators; whoever was one beside them is none any more. Returns their id.
drop function if exists ensure_operator(uuid, text, text, timestamptz);
create or replace function ensure_operator(id uuid, username text, fingerprint bytea, at timestamptz) returns uuid
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    known uuid;
begin
    select u.id into known from users u where u.is_operator and u.username = ensure_operator.username
        and exists (select from operator_access a where a.fingerprint = ensure_operator.fingerprint);
    if found then return known; end if;
    perform pg_advisory_xact_lock(hashtextextended('operator', 0));
    -- Another first login may have done it meanwhile, and has its session by now.
    select u.id into known from users u where u.is_operator and u.username = ensure_operator.username
        and exists (select from operator_access a where a.fingerprint = ensure_operator.fingerprint);
    if found then return known; end if;
    insert into operator_access as a (fingerprint, at) values (ensure_operator.fingerprint, ensure_operator.at)
        on conflict (single) do update set fingerprint = excluded.fingerprint, at = excluded.at;
    delete from sessions s using users u where u.id = s.user_id and u.username is not null;
    select u.id into known from users u where u.username is not null
        order by u.username = ensure_operator.username desc, u.is_operator desc, u.created_at limit 1;
    if known is null then
        insert into users (id, username, password_hash, is_operator, created_at, updated_at)
            values (ensure_operator.id, ensure_operator.username, '!', true, ensure_operator.at, ensure_operator.at);
        return ensure_operator.id;
    end if;
    update users u set is_operator = u.id = known, password_hash = '!', updated_at = ensure_operator.at,
        username = case when u.id = known then ensure_operator.username else u.username end
    where u.username is not null;
    return known;
end
$$;

alter function find_login(text) owner to parley_definer;
alter function open_session(bytea, uuid, bytea, uuid, timestamptz) owner to parley_definer;
alter function take_login_attempt(text, text, text, timestamptz) owner to parley_definer;
alter function note_login(text, text, text, timestamptz) owner to parley_definer;
alter function ensure_operator(uuid, text, bytea, timestamptz) owner to parley_definer;
revoke execute on function
    find_login(text),
    open_session(bytea, uuid, bytea, uuid, timestamptz),
    take_login_attempt(text, text, text, timestamptz),
    note_login(text, text, text, timestamptz),
    ensure_operator(uuid, text, bytea, timestamptz) from public;
grant execute on function
    find_login(text),
    open_session(bytea, uuid, bytea, uuid, timestamptz),
    take_login_attempt(text, text, text, timestamptz),
    note_login(text, text, text, timestamptz),
    ensure_operator(uuid, text, bytea, timestamptz) to parley_app;
