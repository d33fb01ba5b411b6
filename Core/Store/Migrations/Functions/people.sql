-- Who a customer is, whatever address they write from, and the thread that is theirs.

-- Two messages of one person at once, from two addresses even: the second waits and finds what the first has made. In order of the
-- keys, so that two who know the person by several names don't wait for each other. Who goes on to other people in the same
-- transaction locks all of them here first.
create or replace function lock_people(organization uuid, names text[]) returns void
    language plpgsql volatile as $$
declare
    key bigint;
begin
    for key in
        select distinct hashtextextended(organization::text || name, 0) from unnest(names) as name
        where name is not null order by 1
    loop
        perform pg_advisory_xact_lock(key);
    end loop;
end
$$;

-- The names are those of Domain (`InboundMessage.personNames`).
create or replace function lock_person(organization uuid, message inbound_message, sender inbound_sender) returns void
    language plpgsql volatile as $$
begin
    perform lock_people(organization, array[message.kind || ' ' || message.remote_address] || sender.numbers
        || array(select message.kind || ' ' || alias from unnest(sender.aliases) as alias));
end
$$;

-- Whether an address is somebody's account: a hidden id, a WhatsApp user id. A number is not: another account may have it next year.
create or replace function is_account(address text) returns boolean
    language sql immutable as $$
    select address like '%@lid' or (address like 'whatsapp:%' and address not like 'whatsapp:+%')
$$;

-- Those who go by any of the sender's names, whom the surest name tells first: an account, then the number, then the address of
-- a number. Locked, so that nobody merges them meanwhile; several at once, in order, because they are about to be merged.
create or replace function lock_known(message inbound_message, sender inbound_sender, organization uuid) returns uuid[]
    language plpgsql volatile as $$
declare
    names text[] := array[message.remote_address] || sender.aliases;
    known uuid[];
    locked integer;
begin
    for try in 1..10 loop
        select array_agg(c.id order by named.place, c.created_at, c.id) into known
        from (
            select contact_id, min(place) as place from (
                select a.contact_id, case when is_account(a.address) then 1 else 3 end as place from contact_addresses a
                where a.organization_id = organization and a.kind = message.kind and a.address = any (names)
                union all
                select n.contact_id, 2 from contact_numbers n
                where n.organization_id = organization and n.number = any (sender.numbers)) as name
            group by contact_id) as named
        join contacts c on c.organization_id = organization and c.id = named.contact_id;
        if cardinality(known) > 1 then
            perform from contacts c where c.organization_id = organization and c.id = any (known) order by c.id for update;
        else
            perform from contacts c where c.organization_id = organization and c.id = known[1] for key share;
        end if;
        get diagnostics locked = row_count;
        if locked = coalesce(cardinality(known), 0) then
            return known;
        end if;
        -- One of them was merged into another while we waited, and its names are the other's now.
    end loop;
    raise exception using errcode = 'serialization_failure', message = 'people are being merged all the time';
end
$$;

-- Whether somebody (`other`) is another person than `people`, who have `accounts` of a kind, too: both have an account of one kind,
-- and not the same one. A user id is scoped to a business, and the lines of one organization may be several businesses' at
-- WhatsApp: two of them mean two people only on one line.
create or replace function is_somebody_else(
    organization uuid, other uuid, people uuid[], account_kind text, accounts text[], channel uuid
) returns boolean
    language plpgsql stable as $$
begin
    return exists (
        select from contact_addresses theirs
        where theirs.organization_id = organization and theirs.contact_id = other and is_account(theirs.address)
            and not (theirs.kind = account_kind and theirs.address = any (accounts))
            and (
                (theirs.kind = account_kind and cardinality(accounts) > 0)
                or exists (
                    select from contact_addresses a
                    where a.organization_id = organization and a.contact_id = any (people) and a.kind = theirs.kind
                        and is_account(a.address)))
            and (theirs.kind <> 'whatsapp_twilio' or exists (
                select from conversations t
                where t.organization_id = organization and t.contact_id = other and (
                    t.channel_id = is_somebody_else.channel
                    or t.channel_id in (
                        select mine.channel_id from conversations mine
                        where mine.organization_id = organization and mine.contact_id = any (people))))));
end
$$;

-- The contact who goes by any of the sender's names, made when there is none. When they meet in one message for the first time, two
-- contacts turn out to be one person. In a transaction that has locked the person.
--
-- Accounts beat numbers: a number that comes with another account than its owner's has changed hands, and goes to whoever has it now.
-- Null when nobody goes by the names and no id for a new contact is given.
drop function if exists find_person(inbound_message, inbound_ids, inbound_sender, uuid, timestamptz);
create or replace function find_person(
    message inbound_message, ids inbound_ids, sender inbound_sender, organization uuid, channel uuid, at timestamptz
) returns uuid
    language plpgsql volatile as $$
declare
    names text[] := array[message.remote_address] || sender.aliases;
    accounts text[] := array(select name from unnest(names) as name where is_account(name));
    known uuid[] := lock_known(message, sender, organization);
    certain uuid[] := array(select a.contact_id from contact_addresses a
        where a.organization_id = organization and a.kind = message.kind and a.address = any (accounts));
    people uuid[] := '{}';
    others uuid[] := '{}';
    one uuid;
    contact uuid;
begin
    foreach one in array coalesce(known, '{}') loop
        if one = any (certain)
            or not is_somebody_else(organization, one, people, message.kind, accounts, channel) then
            people := people || one;
        else
            others := others || one;
        end if;
    end loop;
    select c.id into contact from contacts c
    where c.organization_id = organization and c.id = any (people) order by c.created_at, c.id limit 1;
    if contact is null then
        contact := ids.contact;
        insert into contacts (id, organization_id, name, created_at, updated_at)
        select contact, organization, left(coalesce(message.contact_name, ''), 255), at, at where contact is not null;
    end if;
    foreach one in array people loop
        if one <> contact then
            perform merge_contacts(organization, contact, one, at);
        end if;
    end loop;
    if others <> '{}' then
        perform take_names(organization, others, message.kind, names, sender.numbers);
    end if;
    if contact is null then
        return null;
    end if;
    insert into contact_addresses (organization_id, kind, address, contact_id, created_at)
    select organization, message.kind, address, contact, at from unnest(names) as address
    on conflict do nothing;
    insert into contact_numbers (organization_id, number, contact_id, created_at)
    select organization, number, contact, at from unnest(sender.numbers) as number
    on conflict do nothing;
    return contact;
end
$$;

-- A number is theirs no more. What was said with them is still theirs, and goes on under their account where they have one of the kind.
create or replace function take_names(organization uuid, people uuid[], of_kind text, names text[], numbers text[])
    returns void
    language plpgsql volatile as $$
begin
    update conversations t set remote_address = account.address
    from contact_addresses account
    where t.organization_id = organization and t.contact_id = any (people) and t.remote_address = any (names)
        and account.organization_id = organization and account.contact_id = t.contact_id and account.kind = of_kind
        and is_account(account.address)
        -- An SMS is written to a number only.
        and (account.address like 'whatsapp:%') = (t.remote_address like 'whatsapp:%');
    delete from contact_addresses a
    where a.organization_id = organization and a.contact_id = any (people) and a.kind = of_kind and a.address = any (names);
    delete from contact_numbers n
    where n.organization_id = organization and n.contact_id = any (people) and n.number = any (numbers);
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
    where a.organization_id = organization and a.kind = message.kind and a.address = message.remote_address
        -- The number may have become somebody else's on a channel of another kind.
        and not exists (select from contact_numbers n where n.organization_id = organization
            and n.number = any (sender.numbers) and n.contact_id <> a.contact_id);
    if found and coalesce(cardinality(sender.aliases), 0) = 0 then
        thread := latest_thread(organization, channel, contact, message.local_address);
    end if;
    if thread is null then
        contact := find_person(message, ids, sender, organization, channel, at);
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

-- Someone's word about being written to: `stopped_at` as of when they want nothing, null when they do again. Of the person who writes
-- in the conversation: while we wait for a merge of contacts the contact that we read may be gone.
create or replace function set_opt_out(thread uuid, stopped_at timestamptz, at timestamptz) returns void
    language plpgsql volatile as $$
declare
    organization uuid := current_organization();
    contact uuid;
begin
    for try in 1..10 loop
        select t.contact_id into contact from conversations t where t.organization_id = organization and t.id = thread;
        if not found then
            raise exception using errcode = 'no_data_found', message = 'nobody writes in this conversation';
        end if;
        update contacts c
        set opted_out_at = case when stopped_at is not null then coalesce(c.opted_out_at, stopped_at) end, updated_at = at
        where c.organization_id = organization and c.id = contact;
        if found then
            return;
        end if;
    end loop;
    raise exception using errcode = 'serialization_failure', message = 'people are being merged all the time';
end
$$;

-- The conversation, locked until the transaction ends, as it is then: its contact may have become another one's while we waited. So
-- it is locked in a statement of its own. One row or none.
--
-- `with_contact`: for who may change the contact afterwards. In the order of locks it comes first; others may share this lock.
create or replace function lock_conversation(
    thread uuid, with_contact boolean default false,
    out id uuid, out organization_id uuid, out channel_id uuid, out contact_id uuid, out remote_address text,
    out local_address text, out is_group boolean, out status text, out owner text, out owner_user_id uuid, out epoch integer,
    out last_inbound_at timestamptz, out kind text, out opted_out boolean
) returns setof record
    language plpgsql volatile as $$
#variable_conflict use_column
declare
    organization uuid := current_organization();
    contact uuid;
begin
    for try in 1..10 loop
        exit when not with_contact;
        select t.contact_id into contact from conversations t where t.organization_id = organization and t.id = thread;
        exit when not found;
        perform from contacts c where c.organization_id = organization and c.id = contact for key share;
        exit when found;
        if try = 10 then
            raise exception using errcode = 'serialization_failure', message = 'people are being merged all the time';
        end if;
    end loop;
    perform from conversations t where t.organization_id = organization and t.id = thread for no key update;
    return query
        select t.id, t.organization_id, t.channel_id, t.contact_id, t.remote_address, t.local_address, t.is_group,
            t.status::text, t.owner::text, t.owner_user_id, t.epoch, t.last_inbound_at, l.kind::text,
            c.opted_out_at is not null
        from conversations t
        join channels l on l.organization_id = t.organization_id and l.id = t.channel_id
        join contacts c on c.organization_id = t.organization_id and c.id = t.contact_id
        where t.organization_id = organization and t.id = thread;
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
    lock_people(uuid, text[]),
    lock_person(uuid, inbound_message, inbound_sender),
    is_account(text),
    lock_known(inbound_message, inbound_sender, uuid),
    is_somebody_else(uuid, uuid, uuid[], text, text[], uuid),
    find_person(inbound_message, inbound_ids, inbound_sender, uuid, uuid, timestamptz),
    take_names(uuid, uuid[], text, text[], text[]),
    merge_contacts(uuid, uuid, uuid, timestamptz),
    thread_of(inbound_message, inbound_ids, inbound_sender, uuid, uuid, timestamptz),
    latest_thread(uuid, uuid, uuid, text),
    set_opt_out(uuid, timestamptz, timestamptz),
    lock_conversation(uuid, boolean),
    start_conversation(inbound_message, inbound_ids, inbound_sender, uuid, timestamptz) from public;
grant execute on function
    lock_people(uuid, text[]),
    lock_person(uuid, inbound_message, inbound_sender),
    is_account(text),
    lock_known(inbound_message, inbound_sender, uuid),
    is_somebody_else(uuid, uuid, uuid[], text, text[], uuid),
    find_person(inbound_message, inbound_ids, inbound_sender, uuid, uuid, timestamptz),
    take_names(uuid, uuid[], text, text[], text[]),
    merge_contacts(uuid, uuid, uuid, timestamptz),
    thread_of(inbound_message, inbound_ids, inbound_sender, uuid, uuid, timestamptz),
    latest_thread(uuid, uuid, uuid, text),
    set_opt_out(uuid, timestamptz, timestamptz),
    lock_conversation(uuid, boolean),
    start_conversation(inbound_message, inbound_ids, inbound_sender, uuid, timestamptz) to parley_app;
