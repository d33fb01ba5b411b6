-- What a WhatsApp Web line keeps between connections (protocol sheet, section 8). Nothing here is kept in memory only.

-- First id of the next batch of one-time keys, persisted before a batch is uploaded; what the server wants to see again
-- in front of the next connection.
alter table whatsapp_lines add column next_pre_key integer not null default 1 check (next_pre_key between 1 and 16777215);
alter table whatsapp_lines add column routing bytea check (length(routing) <= 4096);

-- Secrets, each sealed for its own row (Store/SecretBox.swift). Names: `self` for what there is one of; a device's address
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
    primary key (channel_id, kind, name),
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
    primary key (channel_id, lid),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
create unique index whatsapp_people_by_number on whatsapp_people (channel_id, phone_number);
call protect('whatsapp_people');

-- The devices a person reads on, as the server listed them. A cache: deleted when the server says that it changed.
create table whatsapp_devices (
    organization_id uuid not null,
    channel_id uuid not null,
    -- Bare JID, as it was asked for.
    person text not null check (length(person) <= 200),
    devices text[] not null check (cardinality(devices) <= 64),
    fetched_at timestamptz not null,
    primary key (channel_id, person),
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
    primary key (channel_id, group_jid),
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
    primary key (channel_id, message_id),
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
    primary key (channel_id, message_id, device),
    foreign key (organization_id, channel_id) references channels (organization_id, id) on delete cascade
);
create index whatsapp_retries_by_age on whatsapp_retries (channel_id, at);
call protect('whatsapp_retries');

-- Deletes what has had its time. At most a few thousand rows per call.
create function prune_line(line uuid, at timestamptz) returns void
    language plpgsql volatile as $$
begin
    delete from whatsapp_sent where channel_id = line and message_id in (
        select message_id from whatsapp_sent s where s.channel_id = line and s.created_at <= prune_line.at - interval '24 hours'
        union
        (select message_id from whatsapp_sent s where s.channel_id = line order by s.created_at desc offset 500 limit 5000));
    delete from whatsapp_retries r where r.channel_id = line and r.at <= prune_line.at - interval '24 hours';
    delete from whatsapp_keys k
        where k.channel_id = line and k.kind in ('poll', 'media') and k.updated_at <= prune_line.at - interval '90 days';
    delete from whatsapp_devices d where d.channel_id = line and d.fetched_at <= prune_line.at - interval '7 days';
end
$$;

-- Everything that belonged to the linked phone. The line itself stays, to be linked again.
create function wipe_line(line uuid, at timestamptz) returns void
    language plpgsql volatile as $$
begin
    delete from whatsapp_keys where channel_id = line;
    delete from whatsapp_devices where channel_id = line;
    delete from whatsapp_groups where channel_id = line;
    delete from whatsapp_sent where channel_id = line;
    delete from whatsapp_retries where channel_id = line;
    update whatsapp_lines set jid = null, lid = null, phone_number = null, push_name = null, platform = null,
        qr = null, qr_expires_at = null, pairing_code = null, pairing_code_expires_at = null, linked_at = null,
        routing = null, next_pre_key = 1, updated_at = at
    where channel_id = line;
end
$$;

-- A message that asks for no answer: written by the business itself on the phone (`author` = 'user'), a reaction, or one
-- from before the line was linked. No turn, no usage, no job; an event only when it is news.
create function keep_message(
    message inbound_message, ids inbound_ids, channel uuid, author text, is_news boolean, kept_at timestamptz,
    out is_new boolean, out conversation_id uuid, out message_id uuid
) returns setof record
    language plpgsql volatile as $$
#variable_conflict use_column
declare
    organization uuid := current_organization();
    thread uuid;
    stored uuid;
    moment timestamptz := case when is_news then kept_at else least(coalesce(message.written_at, kept_at), kept_at) end;
begin
    perform pg_advisory_xact_lock(
        hashtextextended(organization::text || message.kind || ' ' || message.remote_address, 0));
    select m.id, m.conversation_id into stored, thread
    from messages m where m.channel_id = channel and m.provider_message_id = message.provider_message_id;
    if found then
        return query select false, thread, stored;
        return;
    end if;
    update conversations c set last_message_at = greatest(c.last_message_at, moment)
    where c.channel_id = channel and c.local_address = message.local_address
        and c.remote_address = message.remote_address
    returning c.id into thread;
    if not found then
        thread := open_conversation(message, ids, organization, channel, moment);
        if author <> 'contact' then
            -- The business wrote first; the customer has not written yet.
            update conversations c set last_inbound_at = null where c.id = thread;
        end if;
    end if;
    insert into messages (id, organization_id, conversation_id, channel_id, direction, author, type, body, media,
        choice, provider_message_id, status, sent_at, provider_at, created_at)
    values (ids.message, organization, thread, channel,
        case author when 'contact' then 'inbound' else 'outbound' end, author, message.type, message.body,
        message.media, message.choice, message.provider_message_id,
        case author when 'contact' then 'received' else 'sent' end,
        case author when 'contact' then null else moment end, message.written_at, moment);
    if is_news then
        insert into events (organization_id, type, subject_id, data, at)
        values (organization, case author when 'contact' then 'message.received' else 'message.sent' end, ids.message,
            jsonb_build_object('conversation_id', thread, 'channel_id', channel), kept_at);
    end if;
    return query select true, thread, ids.message;
end
$$;

-- A person's hidden id became known: their thread and contact go on under it, unless there is one under it already.
create function adopt_hidden_id(channel uuid, hidden text, number text, at timestamptz) returns void
    language plpgsql volatile as $$
declare
    organization uuid := current_organization();
    known uuid;
begin
    select contact_id into known from contact_addresses
    where organization_id = organization and kind = 'whatsapp_web' and address in (hidden, number)
    order by address = hidden desc
    limit 1;
    if known is null then
        return;
    end if;
    insert into contact_addresses (organization_id, kind, address, contact_id, created_at)
    values (organization, 'whatsapp_web', hidden, known, at), (organization, 'whatsapp_web', number, known, at)
    on conflict do nothing;
    update conversations thread set remote_address = hidden
    where thread.channel_id = channel and thread.remote_address = number
        and not exists (
            select from conversations other
            where other.channel_id = channel and other.local_address = thread.local_address
                and other.remote_address = hidden);
end
$$;

revoke execute on function prune_line(uuid, timestamptz), wipe_line(uuid, timestamptz),
    keep_message(inbound_message, inbound_ids, uuid, text, boolean, timestamptz),
    adopt_hidden_id(uuid, text, text, timestamptz) from public;
grant execute on function prune_line(uuid, timestamptz), wipe_line(uuid, timestamptz),
    keep_message(inbound_message, inbound_ids, uuid, text, boolean, timestamptz),
    adopt_hidden_id(uuid, text, text, timestamptz) to parley_app;
