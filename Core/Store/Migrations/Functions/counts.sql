-- Keeps the figures of Baseline/21_counts.sql, in the transaction that writes the message.

create or replace function quarter_of(at timestamptz) returns timestamptz
    language sql immutable parallel safe
    return date_bin('15 minutes', at, 'epoch');

-- A connection's own slot.
create or replace function count_slot() returns smallint
    language sql stable parallel safe
    return (pg_backend_pid() % 255 + 1)::smallint;

-- Being sent is a moment, not a figure.
create or replace function counted_status(status text) returns text
    language sql immutable parallel safe
    return case status when 'sending' then 'queued' else status end;

create or replace function is_sent(status text) returns boolean
    language sql immutable parallel safe
    return status in ('sending', 'sent', 'delivered', 'read', 'unknown');

grant execute on function quarter_of(timestamptz), count_slot(), counted_status(text), is_sent(text)
    to parley_app, parley_definer;

-- The day of the organization on which something happened in a conversation.
create or replace function keep_conversation_day(
    organization uuid, channel uuid, conversation uuid, kind text, at timestamptz) returns void
    language plpgsql as $$
begin
    insert into conversation_days (organization_id, channel_id, kind, day, conversation_id)
    select organization, channel, keep_conversation_day.kind, (at at time zone o.time_zone)::date, conversation
    from organizations o
    where o.id = organization
    on conflict do nothing;
end
$$;

grant execute on function keep_conversation_day(uuid, uuid, uuid, text, timestamptz) to parley_app;

-- Each row by itself: nearly every statement writes one message, and an import leaves triggers out and rebuilds.
create or replace function count_message() returns trigger
    language plpgsql as $$
begin
    insert into message_counts as known (organization_id, quarter, channel_id, author, status, slot, messages)
    values (new.organization_id, quarter_of(new.created_at), new.channel_id, new.author, counted_status(new.status),
        count_slot(), 1)
    on conflict (organization_id, quarter, channel_id, author, status, slot)
        do update set messages = known.messages + excluded.messages;
    if new.direction = 'inbound' then
        perform keep_conversation_day(
            new.organization_id, new.channel_id, new.conversation_id, 'received', new.created_at);
    elsif is_sent(new.status) then
        perform keep_conversation_day(new.organization_id, new.channel_id, new.conversation_id, 'sent', new.created_at);
    end if;
    return null;
end
$$;
create or replace trigger counts after insert on messages for each row execute function count_message();

create or replace function count_message_status() returns trigger
    language plpgsql as $$
begin
    if counted_status(old.status) <> counted_status(new.status) then
        insert into message_counts as known (organization_id, quarter, channel_id, author, status, slot, messages)
        values
            (new.organization_id, quarter_of(new.created_at), new.channel_id, new.author, counted_status(old.status),
                count_slot(), -1),
            (new.organization_id, quarter_of(new.created_at), new.channel_id, new.author, counted_status(new.status),
                count_slot(), 1)
        on conflict (organization_id, quarter, channel_id, author, status, slot)
            do update set messages = known.messages + excluded.messages;
    end if;
    if is_sent(new.status) and not is_sent(old.status) then
        perform keep_conversation_day(new.organization_id, new.channel_id, new.conversation_id, 'sent', new.created_at);
    end if;
    return null;
end
$$;
create or replace trigger status_counts after update of status on messages
    for each row when (old.status <> new.status) execute function count_message_status();

create or replace function count_conversation() returns trigger
    language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        insert into conversation_counts as known (organization_id, channel_id, status, slot, conversations)
        values (old.organization_id, old.channel_id, old.status, count_slot(), -1)
        on conflict (organization_id, channel_id, status, slot)
            do update set conversations = known.conversations + excluded.conversations;
    end if;
    if tg_op <> 'DELETE' then
        insert into conversation_counts as known (organization_id, channel_id, status, slot, conversations)
        values (new.organization_id, new.channel_id, new.status, count_slot(), 1)
        on conflict (organization_id, channel_id, status, slot)
            do update set conversations = known.conversations + excluded.conversations;
    end if;
    return null;
end
$$;
create or replace trigger counts after insert or delete on conversations
    for each row execute function count_conversation();
create or replace trigger status_counts after update of status, channel_id on conversations
    for each row when ((old.status, old.channel_id) is distinct from (new.status, new.channel_id))
    execute function count_conversation();

-- Makes the figures of an organization anew from its rows: after an import, or when a figure is doubted. For the operator
-- alone (parley_owner), because the writers of all organizations wait meanwhile; no program calls it.
create or replace function rebuild_message_counts(organization uuid) returns void
    language plpgsql security definer set search_path = parley, pg_temp as $$
begin
    -- Statements of their own: what they read is what was committed when the locks were had.
    lock table message_counts, conversation_counts, conversation_days in share row exclusive mode;
    delete from message_counts where organization_id = organization;
    insert into message_counts (organization_id, quarter, channel_id, author, status, slot, messages)
    select organization_id, quarter_of(created_at), channel_id, author, counted_status(status), 0, count(*)
    from messages where organization_id = organization group by 1, 2, 3, 4, 5;
    delete from conversation_counts where organization_id = organization;
    insert into conversation_counts (organization_id, channel_id, status, slot, conversations)
    select organization_id, channel_id, status, 0, count(*)
    from conversations where organization_id = organization group by 1, 2, 3;
    delete from conversation_days where organization_id = organization;
    insert into conversation_days (organization_id, channel_id, kind, day, conversation_id)
    select distinct m.organization_id, m.channel_id, case m.direction when 'inbound' then 'received' else 'sent' end,
        (m.created_at at time zone o.time_zone)::date, m.conversation_id
    from messages m join organizations o on o.id = m.organization_id
    where m.organization_id = organization and (m.direction = 'inbound' or is_sent(m.status));
end
$$;

-- Folds the slots of quarters that ended an hour ago, at most `room` rows. Returns into how many rows: 0 when none is left.
create or replace function fold_message_counts(at timestamptz, room integer) returns integer
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    made integer;
begin
    with chosen as (
        select organization_id, quarter, channel_id, author, status, slot from message_counts
        where slot <> 0 and quarter < at - interval '75 minutes' limit room
        for update skip locked
    ), taken as (
        delete from message_counts c using chosen
        where (c.organization_id, c.quarter, c.channel_id, c.author, c.status, c.slot)
            = (chosen.organization_id, chosen.quarter, chosen.channel_id, chosen.author, chosen.status, chosen.slot)
        returning c.*
    )
    insert into message_counts as known (organization_id, quarter, channel_id, author, status, slot, messages)
    select organization_id, quarter, channel_id, author, status, 0, sum(messages) from taken group by 1, 2, 3, 4, 5
    order by 1, 2, 3, 4, 5
    on conflict (organization_id, quarter, channel_id, author, status, slot)
        do update set messages = known.messages + excluded.messages;
    get diagnostics made = row_count;
    return made;
end
$$;

alter function rebuild_message_counts(uuid) owner to parley_definer;
alter function fold_message_counts(timestamptz, integer) owner to parley_definer;
revoke execute on function rebuild_message_counts(uuid), fold_message_counts(timestamptz, integer) from public;
grant execute on function rebuild_message_counts(uuid) to parley_owner;
grant execute on function fold_message_counts(timestamptz, integer) to parley_app;
