-- Deletes what has had its time. At most a few thousand rows per call.
create or replace function prune_line(line uuid, at timestamptz) returns void
    language plpgsql volatile as $$
begin
    delete from whatsapp_sent where channel_id = line and message_id in (
        select message_id from whatsapp_sent s where s.channel_id = line and s.created_at <= prune_line.at - interval '24 hours'
        union
        (select message_id from whatsapp_sent s where s.channel_id = line order by s.created_at desc offset 500 limit 5000));
    delete from whatsapp_retries r where r.channel_id = line and r.at <= prune_line.at - interval '24 hours';
    delete from whatsapp_keys k
        where k.channel_id = line and k.kind in ('poll', 'media') and k.updated_at <= prune_line.at - interval '90 days';
    -- WhatsApp's servers keep the files no longer.
    delete from whatsapp_keys k
        where k.channel_id = line and k.kind = 'history' and k.updated_at <= prune_line.at - interval '14 days';
    delete from whatsapp_devices d where d.channel_id = line and d.fetched_at <= prune_line.at - interval '7 days';
end
$$;

-- Everything of the linked phone. The line itself stays, to be linked again; an unlinked number is free:
-- another line, also another organization's, may link it. Who is who (`whatsapp_people`) stays: it is about customers, whose
-- threads stay, too. Without it a message to a customer's number would begin a second thread beside theirs.
create or replace function wipe_line(line uuid, at timestamptz) returns void
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
    update channels set address = null, updated_at = at where id = line;
end
$$;

-- One-time keys that were offered thousands of keys ago will not be asked for.
create or replace function prune_pre_keys(line uuid) returns void
    language plpgsql volatile as $$
begin
    delete from whatsapp_keys k using whatsapp_lines l
    where l.channel_id = line and k.channel_id = line and k.kind = 'pre_key'
        and k.name::integer < l.next_pre_key - 5000;
end
$$;

-- A person's hidden id became known: their thread and contact go on under it, unless there is one under it already. Of another
-- account's contact the number is taken.
-- `shared_number`: the number in the form that its spellings share.
drop function if exists adopt_hidden_id(uuid, text, text, timestamptz);
create or replace function adopt_hidden_id(
    channel uuid, hidden text, number text, at timestamptz, shared_number text default null
) returns void
    language plpgsql volatile as $$
declare
    organization uuid := current_organization();
    person inbound_message;
    sender inbound_sender;
    contact uuid;
begin
    person.kind := 'whatsapp_web';
    person.remote_address := hidden;
    sender.aliases := array[number];
    sender.numbers := array_remove(array[shared_number], null);
    perform lock_person(organization, person, sender);
    if not exists (select from contact_addresses a where a.organization_id = organization and a.kind = person.kind
            and a.address in (hidden, number))
        and not exists (select from contact_numbers n where n.organization_id = organization
            and n.number = shared_number) then
        return;
    end if;
    contact := find_person(person, null, sender, organization, channel, at);
    update conversations thread set remote_address = hidden
    where thread.organization_id = organization and thread.contact_id = contact
        and thread.channel_id = channel and thread.remote_address = number
        and not exists (
            select from conversations other
            where other.organization_id = organization and other.channel_id = channel and other.local_address = thread.local_address
                and other.remote_address = hidden);
end
$$;

-- Several at once. Other lines of the organization learn of the same people, in an order of their own.
create or replace function adopt_hidden_ids(
    channel uuid, hidden text[], numbers text[], shared_numbers text[], at timestamptz
) returns void
    language plpgsql volatile as $$
begin
    perform lock_people(current_organization(),
        array(select 'whatsapp_web ' || name from unnest(hidden || numbers) as name) || shared_numbers);
    perform adopt_hidden_id(channel, pair.hidden, pair.number, at, pair.shared_number)
    from unnest(hidden, numbers, shared_numbers) as pair (hidden, number, shared_number);
end
$$;

revoke execute on function
    prune_line(uuid, timestamptz),
    wipe_line(uuid, timestamptz),
    prune_pre_keys(uuid),
    adopt_hidden_id(uuid, text, text, timestamptz, text),
    adopt_hidden_ids(uuid, text[], text[], text[], timestamptz) from public;
grant execute on function
    prune_line(uuid, timestamptz),
    wipe_line(uuid, timestamptz),
    prune_pre_keys(uuid),
    adopt_hidden_id(uuid, text, text, timestamptz, text),
    adopt_hidden_ids(uuid, text[], text[], text[], timestamptz) to parley_app;
