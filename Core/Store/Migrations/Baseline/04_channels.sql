-- Channels: where an organization's customers write to it.
--
-- Foreign keys between tenant tables name the organization too: the check of a foreign key looks past row-level security,
-- so without it one organization's row could hang on another's. And every key of a tenant table begins with the organization, so
-- that tables can be divided by time and spread by organization. What must be unique across organizations has a small table
-- of its own, a directory.

create table channels (
    id uuid not null,
    organization_id uuid not null references organizations (id),
    kind text not null check (kind in
        ('whatsapp_web', 'whatsapp_twilio', 'messenger', 'instagram', 'telegram', 'signal', 'sandbox')),
    -- Our side of the line, opaque per kind: `whatsapp:+14155238886`, a page id. NULL until a line has one.
    address text check (length(address) between 1 and 200),
    name text not null check (length(name) between 1 and 255),
    description text not null default '' check (length(description) <= 1000),
    status text not null default 'connected' check (status in
        ('starting', 'qr_pending', 'connected', 'disconnected', 'auth_failed', 'error', 'passkey_required',
         'passkey_confirm', 'reconnecting', 'stopped', 'banned')),
    -- One plain sentence: why the line is in this status, and what to do.
    status_reason text not null default '',
    auto_reply boolean not null default true,
    is_primary boolean not null default false,
    answers_groups boolean not null default false,
    persona_id uuid,
    -- NULL: the organization's hours.
    business_hours jsonb,
    -- The provider's id of the line (Twilio `PN...`).
    provider_id text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, persona_id) references personas (organization_id, id)
);
create unique index one_primary_channel on channels (organization_id) where is_primary and deleted_at is null;
create index channels_by_organization on channels (organization_id, created_at);
create index channels_of_persona on channels (persona_id) where persona_id is not null and deleted_at is null;
call protect('channels');

-- The directory of addresses: each belongs to one organization at a time. The platform's channels, which take what belongs to
-- nobody, stand under an empty address. Kept by a trigger of `channels`
-- (Functions/channels.sql), read across organizations by `find_channel` alone.
create table channel_addresses (
    kind text not null,
    address text not null,
    organization_id uuid not null,
    channel_id uuid not null,
    constraint channel_address primary key (kind, address)
);
create index addresses_of_channel on channel_addresses (organization_id, channel_id);
call protect('channel_addresses', 'select');
create policy definer on channel_addresses to parley_definer using (true) with check (true);
grant select, insert, delete on channel_addresses to parley_definer;
