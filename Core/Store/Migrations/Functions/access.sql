-- Who is not yet known (a login name, a session token) is found by these narrow functions.

-- The account behind a login name (email or username), for checking a password.
create or replace function find_login(login text) returns table (user_id uuid, password_hash text)
    language sql stable security definer set search_path = parley, pg_temp
    begin atomic
        select id, users.password_hash from users where email = lower(login) or username = login limit 1;
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

-- Takes one try for an address and an account before the password is looked at, so that parallel tries can't slip past.
-- Returns 0, or the seconds until the next try is allowed: at most `most` per 15 minutes for either.
create or replace function take_login_attempt(address text, account bytea, most integer, at timestamptz) returns integer
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    blocking timestamptz;
begin
    perform pg_advisory_xact_lock(hashtextextended('login address ' || address, 0));
    perform pg_advisory_xact_lock(hashtextextended('login account ' || encode(account, 'hex'), 0));
    select max(nth) into blocking from (
        (select a.at as nth from login_attempts a
            where a.address = take_login_attempt.address and a.at > take_login_attempt.at - interval '15 minutes'
            order by a.at desc offset most - 1 limit 1)
        union all
        (select a.at from login_attempts a
            where a.account = take_login_attempt.account and a.at > take_login_attempt.at - interval '15 minutes'
            order by a.at desc offset most - 1 limit 1)
    ) tries;
    if blocking is not null then
        return greatest(1, ceil(extract(epoch from blocking + interval '15 minutes' - take_login_attempt.at)))::integer;
    end if;
    insert into login_attempts (address, account, at)
        values (take_login_attempt.address, take_login_attempt.account, take_login_attempt.at);
    return 0;
end
$$;

-- After a right password: the account's tries are forgotten, also for the addresses they came from. Tries of the same
-- address for other accounts stay, or owning one account would buy endless guesses at the rest.
create or replace function forgive_login_attempts(account bytea) returns void
    language sql security definer set search_path = parley, pg_temp
    begin atomic
        delete from login_attempts a where a.account = forgive_login_attempts.account;
    end;

-- The operator of DASHBOARD_USERNAME, once. Returns their id.
create or replace function ensure_operator(id uuid, username text, password_hash text, at timestamptz) returns uuid
    language plpgsql security definer set search_path = parley, pg_temp as $$
begin
    insert into users (id, username, password_hash, is_operator, created_at, updated_at)
        values (ensure_operator.id, ensure_operator.username, ensure_operator.password_hash, true, at, at)
        on conflict do nothing;
    return (select u.id from users u where u.username = ensure_operator.username);
end
$$;

alter function find_login(text) owner to parley_definer;
alter function open_session(bytea, uuid, bytea, uuid, timestamptz) owner to parley_definer;
alter function take_login_attempt(text, bytea, integer, timestamptz) owner to parley_definer;
alter function forgive_login_attempts(bytea) owner to parley_definer;
alter function ensure_operator(uuid, text, text, timestamptz) owner to parley_definer;
revoke execute on function
    find_login(text),
    open_session(bytea, uuid, bytea, uuid, timestamptz),
    take_login_attempt(text, bytea, integer, timestamptz),
    forgive_login_attempts(bytea),
    ensure_operator(uuid, text, text, timestamptz) from public;
grant execute on function
    find_login(text),
    open_session(bytea, uuid, bytea, uuid, timestamptz),
    take_login_attempt(text, bytea, integer, timestamptz),
    forgive_login_attempts(bytea),
    ensure_operator(uuid, text, text, timestamptz) to parley_app;
