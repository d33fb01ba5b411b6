-- Roles, tenancy and organizations.
--
-- parley_owner owns the schema and runs migrations. parley_app runs the functions: it owns nothing and bypasses nothing.
-- parley_definer owns the few SECURITY DEFINER functions that must look across organizations (which organization does an
-- address belong to, which job is due); it can't log in, and reads a table only where a policy names it.
-- The migrator creates the three roles before the first file (CREATE ROLE can't run twice, roles are cluster-wide).

create schema if not exists parley authorization parley_owner;
grant usage on schema parley to parley_app, parley_definer;
-- SECURITY DEFINER functions are handed to parley_definer, whose owner must be able to hold objects here.
grant create on schema parley to parley_definer;
-- Postgres lets everybody call a new function. Here nobody may until it is granted: one that is forgotten is refused, not open.
alter default privileges revoke execute on functions from public;

-- The organization a transaction works for; NULL when none was named, and then no policy lets a row through.
create function current_organization() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('parley.organization', true), '')::uuid;

-- The user a transaction works for; NULL when none was named.
create function current_user_id() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('parley.user', true), '')::uuid;

-- The organization that answers numbers nobody owns: without it they would get no answer at all. Its id is fixed so that code
-- and operators can name it.
create function platform_organization() returns uuid
    language sql immutable parallel safe
    return '00000000-0000-7000-8000-000000000001'::uuid;

-- Gives a tenant table its forced policy and the application its rights. `rights` is what parley_app may do.
create procedure protect(tenant regclass, rights text default 'select, insert, update, delete')
    language plpgsql as $$
begin
    execute format('alter table %s enable row level security', tenant);
    execute format('alter table %s force row level security', tenant);
    execute format(
        'create policy tenant on %s to parley_app using (organization_id = current_organization())'
        ' with check (organization_id = current_organization())', tenant);
    execute format('grant %s on %s to parley_app', rights, tenant);
end
$$;

-- The smallest id of version 7 that may be made at a moment: ids carry their time in front (RFC 9562 5.7), so tables are
-- divided by month, and old rows found, by their ids.
create function first_id(at timestamptz) returns uuid
    language sql immutable parallel safe
    return (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- When an id of version 7 was made.
create function id_time(id uuid) returns timestamptz
    language sql immutable parallel safe
    return to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint / 1000.0);

-- An id made at another moment: the same random part.
create function id_at(moment timestamptz, id uuid) returns uuid
    language sql immutable parallel safe
    return (left(first_id(moment)::text, 13) || substr(id::text, 14))::uuid;

grant execute on function
    current_organization(), current_user_id(), platform_organization(), first_id(timestamptz), id_time(uuid),
    id_at(timestamptz, uuid) to parley_app, parley_definer;

create table organizations (
    id uuid primary key,
    name text not null check (length(name) between 1 and 200),
    description text not null default '' check (length(description) <= 4000),
    industry text not null default '' check (length(industry) <= 200),
    website text not null default '' check (length(website) <= 500),
    -- ISO 3166-1 alpha-2: how local numbers are read.
    country char(2) not null default 'US' check (country ~ '^[A-Z]{2}$'),
    -- IANA name; validated against pg_timezone_names when it is set.
    time_zone text not null default 'UTC',
    plan text not null default 'starter' check (plan in ('starter', 'business', 'enterprise')),
    -- NULL: the plan's limit (500, 2,000, 10,000 messages a month).
    message_limit integer check (message_limit >= 0),
    -- {"enabled": bool, "week": {"mon": [{"from": "09:00", "to": "17:00"}]}, "holidays": ["2026-12-25"]}; Domain reads it.
    business_hours jsonb not null default '{"enabled": false}',
    welcome_message text not null default '' check (length(welcome_message) <= 4000),
    away_message text not null default '' check (length(away_message) <= 4000),
    quota_message text not null default '' check (length(quota_message) <= 4000),
    auto_reply boolean not null default true,
    -- Exactly one organization answers numbers that belong to nobody.
    is_platform boolean not null default false,
    -- The one that a user got at sign-up, so that they can begin without making one.
    is_personal boolean not null default false,
    onboarding_completed boolean not null default false,
    -- How long messages, and what hangs on them, are kept.
    retention_days integer not null default 730 check (retention_days between 30 and 3650),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    check (is_platform = (id = platform_organization()))
);
alter table organizations enable row level security;
alter table organizations force row level security;
create policy tenant on organizations to parley_app
    using (id = current_organization()) with check (id = current_organization());
grant select, insert, update on organizations to parley_app;

-- Sessions and housekeeping look across organizations.
create policy access on organizations for select to parley_definer using (true);
grant select (id, is_personal, deleted_at, time_zone, retention_days) on organizations to parley_definer;
