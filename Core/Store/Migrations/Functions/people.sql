-- Who a customer is, whatever address they write from, and the thread that is theirs.

-- Two messages of one person at once, from two addresses even: the second waits and finds what the first has made. In order of the
-- keys, so that two who know the person by several names don't wait for each other.
create or replace function lock_person(organization uuid, message inbound_message, sender inbound_sender) returns void
    language plpgsql volatile as $$
declare
    key bigint;
begin
    for key in
        select distinct hashtextextended(organization::text || name, 0)
        from unnest(array[message.kind || ' ' || message.remote_address] || sender.numbers
            || array(select message.kind || ' ' || alias from unnest(sender.aliases) as alias)) as name
        order by 1
    loop
        perform pg_advisory_xact_lock(key);
    end loop;
end
$$;

-- The contact who goes by any of the sender's names, made when there is none. When they meet in one message for the first time, two
-- contacts turn out to be one person. In a transaction that has locked the person.
create or replace function find_person(
    message inbound_message, ids inbound_ids, sender inbound_sender, organization uuid, at timestamptz
) returns uuid
    language plpgsql volatile as $$
declare
    known uuid[];
    contact uuid;
    twin uuid;
begin
    select array_agg(c.id order by c.created_at, c.id) into known from (
        select id, created_at from contacts
        where organization_id = organization and id in (
            select a.contact_id from contact_addresses a
            where a.organization_id = organization and a.kind = message.kind
                and a.address = any (array[message.remote_address] || sender.aliases)
            union all
            select n.contact_id from contact_numbers n
            where n.organization_id = organization and n.number = any (sender.numbers))
        order by id for key share) as c;
    contact := coalesce(known[1], ids.contact);
    if known is null then
        insert into contacts (id, organization_id, name, created_at, updated_at)
        values (contact, organization, left(coalesce(message.contact_name, ''), 255), at, at);
    end if;
    foreach twin in array coalesce(known[2:], '{}') loop
        perform merge_contacts(organization, contact, twin, at);
    end loop;
    insert into contact_addresses (organization_id, kind, address, contact_id, created_at)
    select organization, message.kind, address, contact, at
    from unnest(array[message.remote_address] || sender.aliases) as address
    on conflict do nothing;
    insert into contact_numbers (organization_id, number, contact_id, created_at)
    select organization, number, contact, at from unnest(sender.numbers) as number
    on conflict do nothing;
    return contact;
end
$$;

-- `gone` was `kept` all along. Whoever blocked or stopped one of them meant the person.
create or replace function merge_contacts(organization uuid, kept uuid, gone uuid, at timestamptz) returns void
    language plpgsql volatile as $$
begin
    perform from contacts c where c.organization_id = organization and c.id in (kept, gone) order by c.id for update;
    update contacts c set name = coalesce(nullif(c.name, ''), o.name), is_blocked = c.is_blocked or o.is_blocked,
        opted_out_at = greatest(c.opted_out_at, o.opted_out_at), updated_at = at
    from contacts o
    where c.organization_id = organization and c.id = kept and o.organization_id = organization and o.id = gone;
    update contact_addresses a set contact_id = kept where a.organization_id = organization and a.contact_id = gone;
    update contact_numbers n set contact_id = kept where n.organization_id = organization and n.contact_id = gone;
    update conversations t set contact_id = kept where t.organization_id = organization and t.contact_id = gone;
    delete from contacts c where c.organization_id = organization and c.id = gone;
end
$$;

-- The person's thread at one address of ours: the one they wrote or were written to in last. A new one is nobody's message yet.
create or replace function thread_of(
    message inbound_message, ids inbound_ids, sender inbound_sender, organization uuid, channel uuid, at timestamptz
) returns uuid
    language plpgsql volatile as $$
declare
    contact uuid;
    thread uuid;
begin
    select a.contact_id into contact from contact_addresses a
    where a.organization_id = organization and a.kind = message.kind and a.address = message.remote_address;
    if found and coalesce(cardinality(sender.aliases), 0) = 0 then
        thread := latest_thread(organization, channel, contact, message.local_address);
    end if;
    if thread is null then
        contact := find_person(message, ids, sender, organization, at);
        thread := latest_thread(organization, channel, contact, message.local_address);
    end if;
    if thread is null then
        insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address, is_group,
            last_message_at, created_at)
        values (ids.conversation, organization, channel, contact, message.remote_address, message.local_address,
            message.is_group, at, at);
        thread := ids.conversation;
    end if;
    return thread;
end
$$;

create or replace function latest_thread(organization uuid, channel uuid, contact uuid, address text) returns uuid
    language plpgsql stable as $$
begin
    return (select t.id from conversations t
        where t.organization_id = organization and t.contact_id = contact and t.channel_id = channel
            and t.local_address = address
        order by t.last_message_at desc, t.id desc
        limit 1);
end
$$;

drop function if exists open_conversation(inbound_message, inbound_ids, uuid, uuid, timestamptz);

-- A chat that the business begins: the person's thread, made when there is none. In a transaction of the organization.
create or replace function start_conversation(
    message inbound_message, ids inbound_ids, sender inbound_sender, channel uuid, at timestamptz
) returns uuid
    language plpgsql volatile as $$
begin
    perform lock_person(current_organization(), message, sender);
    return thread_of(message, ids, sender, current_organization(), channel, at);
end
$$;

revoke execute on function
    lock_person(uuid, inbound_message, inbound_sender),
    find_person(inbound_message, inbound_ids, inbound_sender, uuid, timestamptz),
    merge_contacts(uuid, uuid, uuid, timestamptz),
    thread_of(inbound_message, inbound_ids, inbound_sender, uuid, uuid, timestamptz),
    latest_thread(uuid, uuid, uuid, text),
    start_conversation(inbound_message, inbound_ids, inbound_sender, uuid, timestamptz) from public;
grant execute on function
    lock_person(uuid, inbound_message, inbound_sender),
    find_person(inbound_message, inbound_ids, inbound_sender, uuid, timestamptz),
    merge_contacts(uuid, uuid, uuid, timestamptz),
    thread_of(inbound_message, inbound_ids, inbound_sender, uuid, uuid, timestamptz),
    latest_thread(uuid, uuid, uuid, text),
    start_conversation(inbound_message, inbound_ids, inbound_sender, uuid, timestamptz) to parley_app;
