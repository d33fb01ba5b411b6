-- What a WhatsApp Web line keeps between connections. Nothing here is kept in memory only.

-- Secrets, each sealed for its own row (Store/Secrets/SecretBox.swift). Names: `self` for what there is one of; a device's address
-- (`100000000000001_1.0`); group and address; a number; a message's id.
create table whatsapp_keys (
    organization_id uuid not null,
    channel_id uuid not null,
    kind text not null check (kind in
        ('credentials', 'account', 'pre_key', 'session', 'sender_key', 'privacy_token', 'nct_salt', 'app_state_key',
         'poll', 'media')),
    name text not null check (length(name) between 1 and 400),
    key_id text not null check (length(key_id) <= 50),
    -- Nonce, ciphertext, tag.
    sealed bytea not null check (length(sealed) <= 1048576),
    updated_at timestamptz not null,
    primary key (organization_id, channel_id, kind, name),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
-- What ages: polls and files.
create index whatsapp_keys_by_age on whatsapp_keys (channel_id, updated_at) where kind in ('poll', 'media');
call protect('whatsapp_keys');

-- Who is who: a hidden id and the phone number behind it.
create table whatsapp_people (
    organization_id uuid not null,
    channel_id uuid not null,
    -- Digits only.
    lid text not null check (length(lid) between 1 and 40),
    phone_number text not null check (length(phone_number) between 1 and 40),
    updated_at timestamptz not null,
    primary key (organization_id, channel_id, lid),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
create unique index whatsapp_people_by_number on whatsapp_people (organization_id, channel_id, phone_number);
call protect('whatsapp_people');

-- The devices a person reads on, as the server listed them. A cache: deleted when the server says that it changed.
create table whatsapp_devices (
    organization_id uuid not null,
    channel_id uuid not null,
    -- Bare JID, as it was asked for.
    person text not null check (length(person) <= 200),
    devices text[] not null check (cardinality(devices) <= 64),
    fetched_at timestamptz not null,
    primary key (organization_id, channel_id, person),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
call protect('whatsapp_devices');

-- Groups the line has written in or read of. A cache, but for `holders`.
create table whatsapp_groups (
    organization_id uuid not null,
    channel_id uuid not null,
    group_jid text not null check (length(group_jid) <= 200),
    subject text not null default '' check (length(subject) <= 500),
    addressing_mode text not null default 'lid' check (addressing_mode in ('lid', 'pn')),
    is_announcement boolean not null default false,
    expiration integer,
    -- Bare JIDs. NULL: ask the server.
    members text[] check (cardinality(members) <= 4096),
    -- Signal addresses of the devices that have our current sender key.
    holders text[] not null default '{}' check (cardinality(holders) <= 65536),
    updated_at timestamptz not null,
    primary key (organization_id, channel_id, group_jid),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
call protect('whatsapp_groups');

-- Copies of what was sent, for devices that ask again. At most some hundred per line, for a day: `prune_line`.
create table whatsapp_sent (
    organization_id uuid not null,
    channel_id uuid not null,
    message_id text not null check (length(message_id) <= 200),
    chat text not null check (length(chat) <= 200),
    type text not null check (length(type) <= 20),
    media_type text check (length(media_type) <= 20),
    edit text check (length(edit) <= 2),
    hides_failure boolean not null default false,
    poll_type text check (length(poll_type) <= 20),
    -- The serialised message, sealed for its row.
    key_id text not null check (length(key_id) <= 50),
    sealed bytea not null check (length(sealed) <= 1048576),
    -- How often it was handed to the socket.
    sends integer not null default 1,
    created_at timestamptz not null,
    primary key (organization_id, channel_id, message_id),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
create index whatsapp_sent_by_age on whatsapp_sent (channel_id, created_at desc);
call protect('whatsapp_sent');

-- How often we asked for a message again (device ''), and how often a device asked us.
create table whatsapp_retries (
    organization_id uuid not null,
    channel_id uuid not null,
    message_id text not null check (length(message_id) <= 200),
    device text not null default '' check (length(device) <= 200),
    count integer not null default 0,
    at timestamptz not null,
    primary key (organization_id, channel_id, message_id, device),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
create index whatsapp_retries_by_age on whatsapp_retries (channel_id, at);
call protect('whatsapp_retries');
