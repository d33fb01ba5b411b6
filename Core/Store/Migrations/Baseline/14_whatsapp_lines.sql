-- WhatsApp Web lines: what the owner wants of each, and which session worker holds it.
--
-- A worker holds a line under a lease with a fencing number. Each of its transactions begins with `hold_line`, which locks
-- the row and fails when another worker has taken the line over: a worker that lost its line can write nothing more.

create table whatsapp_lines (
    channel_id uuid not null,
    organization_id uuid not null,

    -- What the owner asked; the API writes these, the worker obeys.
    wanted text not null default 'connected' check (wanted in ('connected', 'stopped', 'unlinked')),
    -- Set to ask for a connection now, whatever stopped the last one.
    requested_at timestamptz,
    pairing text not null default 'qr' check (pairing in ('qr', 'code')),
    -- Digits of the phone that will type the code.
    pairing_phone text check (pairing_phone ~ '^[0-9]{5,20}$'),
    -- Rises with every change of the above: a worker sees what it has not yet obeyed.
    asked integer not null default 0,

    -- For the screen; NULL when there is none to show. Whoever sees either may link a device: signed-in people only.
    qr text check (length(qr) <= 1000),
    qr_expires_at timestamptz,
    pairing_code text check (length(pairing_code) <= 20),
    pairing_code_expires_at timestamptz,

    -- Who is linked; NULL while nobody is.
    phone_number text check (phone_number ~ '^[0-9]{5,20}$'),
    jid text check (length(jid) <= 200),
    lid text check (length(lid) <= 200),
    push_name text check (length(push_name) <= 255),
    platform text check (length(platform) <= 100),

    -- The lease. Real time, because it watches processes.
    holder uuid,
    fence bigint not null default 0,
    leased_until timestamptz,
    -- Nothing to do until the owner asks: no worker takes it.
    parked boolean not null default false,

    -- Connections in a row that failed, and when the next is due. Real time.
    failures integer not null default 0 check (failures >= 0),
    retry_at timestamptz,
    banned_until timestamptz,
    linked_at timestamptz,
    connected_at timestamptz,
    disconnected_at timestamptz,
    -- One plain sentence: what the owner should do now; empty when nothing. The reason is `channels.status_reason`.
    next_step text not null default '' check (length(next_step) <= 500),

    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- First id of the next batch of one-time keys, persisted before a batch is uploaded.
    next_pre_key integer not null default 1 check (next_pre_key between 1 and 16777215),
    -- What the server wants to see again in front of the next connection.
    routing bytea check (length(routing) <= 4096),
    -- The line only answers people who wrote to it first (Domain/Lines/Pacing).
    reply_only boolean not null default true,
    check ((holder is null) = (leased_until is null)),
    check ((qr is null) = (qr_expires_at is null)),
    check ((pairing_code is null) = (pairing_code_expires_at is null)),
    primary key (organization_id, channel_id),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
create index whatsapp_lines_to_hold on whatsapp_lines (leased_until) where not parked;
create index whatsapp_lines_of_holder on whatsapp_lines (holder) where holder is not null;
call protect('whatsapp_lines');

-- Leases look across organizations.
create policy definer on whatsapp_lines to parley_definer using (true) with check (true);
grant select (channel_id, organization_id, holder, fence, leased_until, parked, asked) on whatsapp_lines to parley_definer;
grant update (holder, fence, leased_until) on whatsapp_lines to parley_definer;
