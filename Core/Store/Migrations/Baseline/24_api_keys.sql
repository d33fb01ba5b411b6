-- Keys with which programs of an organization call the API.

create table api_keys (
    organization_id uuid not null references organizations (id),
    id uuid not null,
    name text not null check (length(name) between 1 and 200),
    -- SHA-256 of the secret: a stolen table opens nothing.
    secret_hash bytea not null check (length(secret_hash) = 32),
    -- How the secret begins, to tell keys apart.
    prefix text not null check (length(prefix) between 1 and 40),
    -- conversations:read, knowledge:write ...
    scopes text[] not null check (cardinality(scopes) between 1 and 50),
    created_by uuid not null references users (id),
    created_at timestamptz not null,
    last_used_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    primary key (organization_id, id)
);
create index api_keys_of_organization on api_keys (organization_id, created_at);
call protect('api_keys', 'select, insert');
grant update (last_used_at, revoked_at) on api_keys to parley_app;
