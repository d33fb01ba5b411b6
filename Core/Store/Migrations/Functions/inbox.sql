-- One inbound message, one call, one transaction.

-- Stores a message, opens or extends the turn it belongs to and enqueues the turn's job. A message that is already here
-- changes nothing. No row comes back when the kind of channel has no line at all.
--
-- Runs with the caller's rights: only `find_channel` looks across organizations.
drop function if exists receive_message(inbound_message, inbound_ids, timestamptz, double precision, double precision);
create or replace function receive_message(
    message inbound_message, ids inbound_ids, received_at timestamptz, debounce double precision,
    debounce_limit double precision, sender inbound_sender default null,
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
    if sender.is_silent then
        return query select kept.is_new, organization, channel, kept.conversation_id, kept.message_id, null::uuid
        from keep_message(message, ids, channel, 'contact', true, received_at, sender) as kept;
        return;
    end if;
    perform lock_person(organization, message, sender);

    select k.message_id into stored from message_keys k
    where k.organization_id = organization and k.channel_id = channel
        and k.provider_message_id = message.provider_message_id and k.author = any (message.authors);
    if found then
        select m.conversation_id, m.turn_id into thread, turn
        from messages m where m.organization_id = organization and m.id = stored;
        return query select false, organization, channel, thread, stored, turn;
        return;
    end if;

    thread := thread_of(message, ids, sender, organization, channel, received_at);
    update conversations c
    set last_inbound_at = greatest(c.last_inbound_at, received_at),
        last_message_at = greatest(c.last_message_at, received_at),
        -- A reply goes to the address that wrote last.
        remote_address = message.remote_address,
        status = case when c.status in ('resolved', 'snoozed') then 'open' else c.status end
    where c.organization_id = organization and c.id = thread;

    insert into turns (id, organization_id, conversation_id, opened_at, due_at)
    values (ids.turn, organization, thread, received_at, received_at + make_interval(secs => debounce))
    on conflict (organization_id, conversation_id) where state = 'open' do update
    set due_at = greatest(
        turns.due_at, least(excluded.due_at, turns.opened_at + make_interval(secs => debounce_limit)))
    returning id, due_at into turn, due;

    insert into messages (id, organization_id, conversation_id, channel_id, direction, author, type, body, media,
        provider_keyword, choice, provider_message_id, status, turn_id, provider_at, created_at)
    values (ids.message, organization, thread, channel, 'inbound', 'contact', message.type, message.body, message.media,
        message.provider_keyword, message.choice, message.provider_message_id, 'received', turn, message.written_at, received_at);
    insert into message_keys (organization_id, channel_id, provider_message_id, author, message_id)
    values (organization, channel, message.provider_message_id, message.authors[1], ids.message);

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

-- A message that asks for no answer: written by the business itself on the phone (`author` = 'user'), a reaction, one that can't
-- be read, or one from before the line was linked. No turn, no usage, no job; an event only when it is news.
drop function if exists keep_message(inbound_message, inbound_ids, uuid, text, boolean, timestamptz);
create or replace function keep_message(
    message inbound_message, ids inbound_ids, channel uuid, author text, is_news boolean, kept_at timestamptz,
    sender inbound_sender default null,
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
    -- Ours have no author.
    names text[] := case author when 'contact' then message.authors else '{""}' end;
begin
    perform lock_person(organization, message, sender);
    select k.message_id into stored from message_keys k
    where k.organization_id = organization and k.channel_id = channel
        and k.provider_message_id = message.provider_message_id and k.author = any (names);
    if found then
        select m.conversation_id into thread from messages m where m.organization_id = organization and m.id = stored;
        return query select false, thread, stored;
        return;
    end if;
    thread := thread_of(message, ids, sender, organization, channel, moment);
    update conversations c
    set last_message_at = greatest(c.last_message_at, moment),
        -- What is no question opens no window again; of a new thread it says that the customer began it.
        last_inbound_at = case when author = 'contact' and thread = ids.conversation then moment else c.last_inbound_at end
    where c.organization_id = organization and c.id = thread;
    insert into messages (id, organization_id, conversation_id, channel_id, direction, author, type, body, media,
        choice, provider_message_id, status, sent_at, provider_at, created_at)
    values (new_id, organization, thread, channel,
        case author when 'contact' then 'inbound' else 'outbound' end, author, message.type, message.body,
        message.media, message.choice, message.provider_message_id,
        case author when 'contact' then 'received' else 'sent' end,
        case author when 'contact' then null else moment end, message.written_at, moment);
    if author = 'contact' then
        insert into message_keys (organization_id, channel_id, provider_message_id, author, message_id)
        values (organization, channel, message.provider_message_id, message.authors[1], new_id);
    end if;
    if is_news then
        insert into events (organization_id, type, subject_id, data, at)
        values (organization, case author when 'contact' then 'message.received' else 'message.sent' end, new_id,
            jsonb_build_object('conversation_id', thread, 'channel_id', channel), kept_at);
    end if;
    return query select true, thread, new_id;
end
$$;

revoke execute on function
    receive_message(inbound_message, inbound_ids, timestamptz, double precision, double precision, inbound_sender),
    keep_message(inbound_message, inbound_ids, uuid, text, boolean, timestamptz, inbound_sender) from public;
grant execute on function
    receive_message(inbound_message, inbound_ids, timestamptz, double precision, double precision, inbound_sender),
    keep_message(inbound_message, inbound_ids, uuid, text, boolean, timestamptz, inbound_sender) to parley_app;
