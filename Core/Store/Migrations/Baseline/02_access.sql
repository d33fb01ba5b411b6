-- Users, sessions, memberships, login attempts, and the answers of writes that carried an Idempotency-Key.
--
-- None of these belongs to one organization, so none is a tenant table. parley_app sees what belongs to the user its
-- transaction names (`parley.user`) and, for memberships, to the organization it names. Whoever is not yet known (a login
-- name, a session token) is found by narrow functions, which run as parley_definer (Functions/access.sql).

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

alter table users enable row level security;
alter table users force row level security;
create policy own on users to parley_app using (id = current_user_id()) with check (id = current_user_id());
-- Neither the hash nor the operator flag: the one is never read back, the other never given by a request.
grant select (id, email, username, name, is_operator, created_at, updated_at) on users to parley_app;
grant insert (id, email, name, password_hash, created_at, updated_at) on users to parley_app;
grant update (name, password_hash, updated_at) on users to parley_app;
create policy access on users to parley_definer using (true) with check (true);
grant select (id, email, username, password_hash, is_operator) on users to parley_definer;
grant insert (id, username, password_hash, is_operator, created_at, updated_at) on users to parley_definer;

create table memberships (
    organization_id uuid not null references organizations (id),
    user_id uuid not null references users (id),
    role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
    created_at timestamptz not null,
    primary key (organization_id, user_id)
);
create index memberships_of_user on memberships (user_id);
alter table memberships enable row level security;
alter table memberships force row level security;
create policy own on memberships for select to parley_app using (user_id = current_user_id());
create policy tenant on memberships to parley_app
    using (organization_id = current_organization()) with check (organization_id = current_organization());
grant select, insert, update, delete on memberships to parley_app;
create policy access on memberships for select to parley_definer using (true);
grant select on memberships to parley_definer;

-- The organizations of a user, seen in a transaction that names the user and no organization.
create policy member on organizations for select to parley_app
    using (deleted_at is null and id in (select organization_id from memberships where user_id = current_user_id()));

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
alter table sessions enable row level security;
alter table sessions force row level security;
create policy own on sessions to parley_app using (user_id = current_user_id()) with check (user_id = current_user_id());
grant select (id, user_id, created_at, last_seen_at, expires_at), insert, delete on sessions to parley_app;
create policy access on sessions to parley_definer using (true) with check (true);
grant select, delete, update (last_seen_at, expires_at) on sessions to parley_definer;

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

-- parley_app has no right here at all: it goes through take_login_attempt and forgive_login_attempts.
alter table login_attempts enable row level security;
alter table login_attempts force row level security;
create policy access on login_attempts to parley_definer using (true) with check (true);
grant select, insert, delete on login_attempts to parley_definer;

-- Answers of writes that carried an Idempotency-Key, per user, for 24 hours.
create table idempotency_keys (
    user_id uuid not null references users (id),
    key text not null check (length(key) between 1 and 255),
    -- SHA-256 of method, path, organization and body: the same key for anything else is refused.
    fingerprint bytea not null check (length(fingerprint) = 32),
    -- The id of what the write creates. A try that died is run again under the same id, so it can't create a second.
    subject_id uuid not null,
    -- A try that is running; when it passed without an answer, the process died and the next one takes over.
    busy_until timestamptz,
    -- Rises with every try; one that was taken for dead can no longer store or free anything.
    claim integer not null default 0,
    status integer,
    content_type text,
    location text,
    body bytea,
    created_at timestamptz not null,
    primary key (user_id, key),
    check ((status is null) = (body is null))
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy own on idempotency_keys to parley_app
    using (user_id = current_user_id()) with check (user_id = current_user_id());
grant select, insert, update, delete on idempotency_keys to parley_app;
create policy housekeeping on idempotency_keys to parley_definer using (true);
grant select (user_id, key, created_at), delete on idempotency_keys to parley_definer;
