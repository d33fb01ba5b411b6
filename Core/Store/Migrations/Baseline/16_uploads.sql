-- Files that a person sends: kept until they have left, bounded per file and per organization.

create table uploads (
    id uuid not null,
    organization_id uuid not null references organizations (id),
    user_id uuid not null references users (id),
    content_type text not null check (length(content_type) between 3 and 100),
    -- Shown for a document; empty for none.
    filename text not null default '' check (length(filename) <= 255),
    -- What fits into one request of a function, with base64 around it.
    bytes bytea not null check (octet_length(bytes) between 1 and 4194304),
    size integer not null generated always as (octet_length(bytes)) stored,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (organization_id, id)
);
-- Pictures and sound don't get smaller.
alter table uploads alter column bytes set storage external;
create index uploads_of_organization on uploads (organization_id, expires_at);
create index expired_uploads on uploads (expires_at);
call protect('uploads', 'select, insert, update, delete');

create policy housekeeping on uploads to parley_definer using (true);
grant select (organization_id, id, expires_at), delete on uploads to parley_definer;
