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
    status integer,
    content_type text,
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
