-- Users, sessions, memberships and login attempts.
--
-- None of these belongs to one organization, so none is a tenant table. parley_app sees what belongs to the user its
-- transaction names (`parley.user`) and, for memberships, to the organization it names. Whoever is not yet known (a login
-- name, a session token) is found by the narrow functions below, which run as parley_definer.

-- The user a transaction works for; NULL when none was named.
create function current_user_id() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('parley.user', true), '')::uuid;

create table users (
    id uuid primary key,
    -- Lower case. NULL for the first administrator, who logs in with a username.
    email text check (email = lower(email) and length(email) between 3 and 254),
    username text check (length(username) between 1 and 100),
    name text not null default '' check (length(name) <= 200),
    -- PHC string: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`; the parameters travel with the hash.
    password_hash text not null,
    -- Platform staff. Grants nothing inside an organization.
    is_operator boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check (email is not null or username is not null)
);
create unique index user_email on users (email);
create unique index user_name on users (username);

create table memberships (
    organization_id uuid not null references organizations (id),
    user_id uuid not null references users (id),
    role text not null check (role in ('owner', 'admin', 'agent')),
    created_at timestamptz not null,
    primary key (organization_id, user_id)
);
create index memberships_of_user on memberships (user_id);

create table sessions (
    id uuid primary key,
    user_id uuid not null references users (id),
    -- SHA-256 of the cookie's token: a stolen table opens no session.
    token_hash bytea not null check (length(token_hash) = 32),
    -- SHA-256 of the browser's User-Agent at login; the cookie is refused, and the session ended, under another one.
    agent_hash bytea not null check (length(agent_hash) = 32),
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null
);
create unique index session_token on sessions (token_hash);
create index sessions_of_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

-- One row per try that failed or is being checked. `account` is a hash: names of strangers are not kept in the clear.
create table login_attempts (
    id bigint generated always as identity primary key,
    address text not null check (length(address) <= 100),
    account bytea not null check (length(account) = 32),
    at timestamptz not null
);
create index login_attempts_of_address on login_attempts (address, at desc);
create index login_attempts_of_account on login_attempts (account, at desc);
create index login_attempts_by_age on login_attempts (at);

alter table users enable row level security;
alter table users force row level security;
create policy own on users to parley_app using (id = current_user_id()) with check (id = current_user_id());
-- Neither the hash nor the operator flag: the one is never read back, the other never given by a request.
grant select (id, email, username, name, is_operator, created_at, updated_at) on users to parley_app;
grant insert (id, email, name, password_hash, created_at, updated_at) on users to parley_app;
grant update (name, password_hash, updated_at) on users to parley_app;

alter table memberships enable row level security;
alter table memberships force row level security;
create policy own on memberships for select to parley_app using (user_id = current_user_id());
create policy tenant on memberships to parley_app
    using (organization_id = current_organization()) with check (organization_id = current_organization());
grant select, insert, update, delete on memberships to parley_app;

alter table sessions enable row level security;
alter table sessions force row level security;
create policy own on sessions to parley_app using (user_id = current_user_id()) with check (user_id = current_user_id());
grant select (id, user_id, created_at, last_seen_at, expires_at), insert, delete on sessions to parley_app;

-- parley_app has no right here at all: it goes through take_login_attempt and forgive_login_attempts.
alter table login_attempts enable row level security;
alter table login_attempts force row level security;

-- The organizations of a user, seen in a transaction that names the user and no organization.
create policy member on organizations for select to parley_app
    using (deleted_at is null and id in (select organization_id from memberships where user_id = current_user_id()));

create policy access on users to parley_definer using (true) with check (true);
create policy access on memberships for select to parley_definer using (true);
create policy access on sessions to parley_definer using (true) with check (true);
create policy access on login_attempts to parley_definer using (true) with check (true);
create policy access on organizations for select to parley_definer using (true);
grant select (id, email, username, password_hash, is_operator) on users to parley_definer;
grant insert (id, username, password_hash, is_operator, created_at, updated_at) on users to parley_definer;
grant select on memberships to parley_definer;
grant select, delete, update (last_seen_at, expires_at) on sessions to parley_definer;
grant select, insert, delete on login_attempts to parley_definer;
grant select (id, is_personal, deleted_at) on organizations to parley_definer;

-- The account behind a login name (email or username), for checking a password.
create function find_login(login text) returns table (user_id uuid, password_hash text)
    language sql stable security definer set search_path = parley, pg_temp
    begin atomic
        select id, users.password_hash from users where email = lower(login) or username = login limit 1;
    end;

-- Opens the session of a cookie (`token`, `agent`) or of a bearer token (`session`) and rolls it 24 hours ahead, and says
-- which organization the request speaks for: the one it names, else the user's personal one, else the oldest. No row: no
-- such session, or it expired, or it came from another browser (then it is ended). Organization NULL: not a member.
create function open_session(token bytea, session uuid, agent bytea, organization uuid, at timestamptz)
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
create function take_login_attempt(address text, account bytea, most integer, at timestamptz) returns integer
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
create function forgive_login_attempts(account bytea) returns void
    language sql security definer set search_path = parley, pg_temp
    begin atomic
        delete from login_attempts a where a.account = forgive_login_attempts.account;
    end;

-- The operator of DASHBOARD_USERNAME, once. Returns their id.
create function ensure_operator(id uuid, username text, password_hash text, at timestamptz) returns uuid
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
revoke execute on function find_login(text), open_session(bytea, uuid, bytea, uuid, timestamptz),
    take_login_attempt(text, bytea, integer, timestamptz), forgive_login_attempts(bytea),
    ensure_operator(uuid, text, text, timestamptz) from public;
grant execute on function find_login(text), open_session(bytea, uuid, bytea, uuid, timestamptz),
    take_login_attempt(text, bytea, integer, timestamptz), forgive_login_attempts(bytea),
    ensure_operator(uuid, text, text, timestamptz) to parley_app;
