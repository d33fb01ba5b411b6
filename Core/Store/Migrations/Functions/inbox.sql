-- One inbound message, one call, one transaction.

-- Stores a message, opens or extends the turn it belongs to and enqueues the turn's job. A message that is already here
-- changes nothing. No row comes back when the kind of channel has no line at all.
--
-- Runs with the caller's rights: only `find_channel` looks across organizations.
create or replace function receive_message(
    message inbound_message, ids inbound_ids, received_at timestamptz, debounce double precision,
    debounce_limit double precision,
    out is_new boolean, out organization_id uuid, out channel_id uuid, out conversation_id uuid, out message_id uuid,
    out turn_id uuid
) returns setof record
    language plpgsql volatile as $$
#variable_conflict use_column
declare
    organization uuid;
    channel uuid;
    thread uuid;
    stored uuid;
    turn uuid;
    due timestamptz;
    month text;
begin
    select found_channel.channel_id, found_channel.organization_id into channel, organization
    from find_channel(message.kind, message.local_address) as found_channel;
    if channel is null then
        return;
    end if;
    perform set_config('parley.organization', organization::text, true);
    -- Two first messages of one contact at once: the second waits and finds what the first has made.
    perform pg_advisory_xact_lock(
        hashtextextended(organization::text || message.kind || ' ' || message.remote_address, 0));

    select k.message_id into stored from message_keys k
    where k.organization_id = organization and k.channel_id = channel
        and k.provider_message_id = message.provider_message_id and (k.author = '' or k.author = any (message.authors));
    if found then
        select m.conversation_id, m.turn_id into thread, turn
        from messages m where m.organization_id = organization and m.id = stored;
        return query select false, organization, channel, thread, stored, turn;
        return;
    end if;

    update conversations c
    set last_inbound_at = greatest(c.last_inbound_at, received_at),
        last_message_at = greatest(c.last_message_at, received_at),
        status = case when c.status in ('resolved', 'snoozed') then 'open' else c.status end
    where c.organization_id = organization and c.channel_id = channel and c.local_address = message.local_address
        and c.remote_address = message.remote_address
    returning c.id into thread;
    if not found then
        thread := open_conversation(message, ids, organization, channel, received_at);
    end if;

    insert into turns (id, organization_id, conversation_id, opened_at, due_at)
    values (ids.turn, organization, thread, received_at, received_at + make_interval(secs => debounce))
    on conflict (organization_id, conversation_id) where state = 'open' do update
    set due_at = greatest(
        turns.due_at, least(excluded.due_at, turns.opened_at + make_interval(secs => debounce_limit)))
    returning id, due_at into turn, due;

    insert into messages (id, organization_id, conversation_id, channel_id, direction, author, type, body, media,
        provider_keyword, choice, provider_message_id, author_address, status, turn_id, provider_at, created_at)
    values (ids.message, organization, thread, channel, 'inbound', 'contact', message.type, message.body, message.media,
        message.provider_keyword, message.choice, message.provider_message_id, message.authors[1], 'received', turn,
        message.written_at, received_at);

    perform enqueue_job(ids.job, organization, 'turn', thread::text, due, received_at, moves => true);

    select to_char(received_at at time zone o.time_zone, 'YYYY-MM') into month
    from organizations o where o.id = organization;
    insert into usage_slots (organization_id, period, slot, inbound)
    values (organization, month, pg_backend_pid() % 256, 1)
    on conflict (organization_id, period, slot) do update set inbound = usage_slots.inbound + 1;

    insert into decisions (organization_id, conversation_id, turn_id, message_id, gate, outcome, reason, at)
    values (organization, thread, turn, ids.message, 'received', 'passed', 'The message was stored.', received_at);
    insert into events (organization_id, type, subject_id, data, at)
    values (organization, 'message.received', ids.message,
        jsonb_build_object('conversation_id', thread, 'channel_id', channel), received_at);

    return query select true, organization, channel, thread, ids.message, turn;
end
$$;

-- A thread nobody has seen yet: the contact may be known from another line of the organization.
create or replace function open_conversation(
    message inbound_message, ids inbound_ids, organization uuid, channel uuid, opened_at timestamptz
) returns uuid
    language plpgsql volatile as $$
declare
    contact uuid;
begin
    select a.contact_id into contact from contact_addresses a
    where a.organization_id = organization and a.kind = message.kind and a.address = message.remote_address;
    if not found then
        contact := ids.contact;
        insert into contacts (id, organization_id, name, created_at, updated_at)
        values (contact, organization, left(coalesce(message.contact_name, ''), 255), opened_at, opened_at);
        insert into contact_addresses (organization_id, kind, address, contact_id, created_at)
        values (organization, message.kind, message.remote_address, contact, opened_at);
    end if;
    insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address, is_group,
        last_inbound_at, last_message_at, created_at)
    values (ids.conversation, organization, channel, contact, message.remote_address, message.local_address,
        message.is_group, opened_at, opened_at, opened_at);
    return ids.conversation;
end
$$;

-- A message that asks for no answer: written by the business itself on the phone (`author` = 'user'), a reaction, or one
-- from before the line was linked. No turn, no usage, no job; an event only when it is news.
create or replace function keep_message(
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
    -- A message from before keeps its own time, and the id of its moment.
    new_id uuid := case when is_news then ids.message else id_at(moment, ids.message) end;
begin
    perform pg_advisory_xact_lock(
        hashtextextended(organization::text || message.kind || ' ' || message.remote_address, 0));
    select k.message_id into stored from message_keys k
    where k.organization_id = organization and k.channel_id = channel
        and k.provider_message_id = message.provider_message_id and (k.author = '' or k.author = any (message.authors));
    if found then
        select m.conversation_id into thread from messages m where m.organization_id = organization and m.id = stored;
        return query select false, thread, stored;
        return;
    end if;
    update conversations c set last_message_at = greatest(c.last_message_at, moment)
    where c.organization_id = organization and c.channel_id = channel and c.local_address = message.local_address
        and c.remote_address = message.remote_address
    returning c.id into thread;
    if not found then
        thread := open_conversation(message, ids, organization, channel, moment);
        if author <> 'contact' then
            -- The business wrote first; the customer has not written yet.
            update conversations c set last_inbound_at = null where c.organization_id = organization and c.id = thread;
        end if;
    end if;
    insert into messages (id, organization_id, conversation_id, channel_id, direction, author, type, body, media,
        choice, provider_message_id, author_address, status, sent_at, provider_at, created_at)
    values (new_id, organization, thread, channel,
        case author when 'contact' then 'inbound' else 'outbound' end, author, message.type, message.body,
        message.media, message.choice, message.provider_message_id, message.authors[1],
        case author when 'contact' then 'received' else 'sent' end,
        case author when 'contact' then null else moment end, message.written_at, moment);
    if is_news then
        insert into events (organization_id, type, subject_id, data, at)
        values (organization, case author when 'contact' then 'message.received' else 'message.sent' end, new_id,
            jsonb_build_object('conversation_id', thread, 'channel_id', channel), kept_at);
    end if;
    return query select true, thread, new_id;
end
$$;

revoke execute on function
    receive_message(inbound_message, inbound_ids, timestamptz, double precision, double precision),
    open_conversation(inbound_message, inbound_ids, uuid, uuid, timestamptz),
    keep_message(inbound_message, inbound_ids, uuid, text, boolean, timestamptz) from public;
grant execute on function
    receive_message(inbound_message, inbound_ids, timestamptz, double precision, double precision),
    open_conversation(inbound_message, inbound_ids, uuid, uuid, timestamptz),
    keep_message(inbound_message, inbound_ids, uuid, text, boolean, timestamptz) to parley_app;
