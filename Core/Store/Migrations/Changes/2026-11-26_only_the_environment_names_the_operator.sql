-- Who is operator, and with which password, is what the environment says; what is kept of it here is a keyed hash, by which a change
-- is noticed (Functions/access.sql). One row.
create table operator_access (
    single boolean primary key default true check (single),
    -- HMAC-SHA-256 of name and password under SESSION_SECRET.
    fingerprint bytea not null check (length(fingerprint) = 32),
    at timestamptz not null
);
alter table operator_access enable row level security;
alter table operator_access force row level security;
create policy access on operator_access to parley_definer using (true) with check (true);
grant select, insert, update on operator_access to parley_definer;
grant select (created_at), update (username, password_hash, is_operator, updated_at) on users to parley_definer;

-- One name has one spelling, for whoever asks, counts or stores: what NFKC takes for the same, in lower case, without white space and
-- what can't be seen. Names are ASCII (`checkedEmail`, DASHBOARD_USERNAME); whatever else remains names nobody.
create function login_name(written text) returns text
    language sql immutable strict parallel safe
    return lower(regexp_replace(normalize(written, NFKC),
        '[\s\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]',
        '', 'g') collate "C");
grant execute on function login_name(text) to parley_app, parley_definer;

alter table users add constraint user_email_is_a_login_name check (email = login_name(email));

-- From where an account was entered with its right password: strangers' wrong guesses do not keep that caller out.
create table login_places (
    -- SHA-256 of the login name, as in login_attempts.
    account bytea not null check (length(account) = 32),
    -- An address as it is counted.
    place text not null check (length(place) <= 100),
    seen_at timestamptz not null,
    primary key (account, place)
);
create index login_places_by_age on login_places (seen_at);
alter table login_places enable row level security;
alter table login_places force row level security;
create policy access on login_places to parley_definer using (true) with check (true);
grant select, insert, update, delete on login_places to parley_definer;

-- Whether whoever tried was known for this account: only strangers' tries count against all strangers.
alter table login_attempts add column is_known boolean not null default false;
