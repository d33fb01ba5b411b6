-- The channel an incoming address belongs to; a number that belongs to nobody falls to the platform's. PL/pgSQL, because
-- it keeps its plan for the life of the connection; a function in SQL would be planned for every message.
create or replace function find_channel(wanted_kind text, wanted_address text, out channel_id uuid, out organization_id uuid)
    language plpgsql stable security definer set search_path = parley, pg_temp
as $$
begin
    select a.channel_id, a.organization_id into channel_id, organization_id from channel_addresses a
    where a.kind = wanted_kind and a.address = wanted_address;
    if found then
        return;
    end if;
    select a.channel_id, a.organization_id into channel_id, organization_id from channel_addresses a
    where a.kind = wanted_kind and a.address = '';
end
$$;

alter function find_channel(text, text) owner to parley_definer;
revoke execute on function
    find_channel(text, text) from public;
grant execute on function
    find_channel(text, text) to parley_app;
grant execute on function find_channel(text, text) to parley_definer;

-- Every address under which a channel is written to: a number of Twilio's comes in over WhatsApp, and bare by SMS.
create or replace function channel_forms(kind text, address text) returns setof text
    language sql immutable parallel safe
    return unnest(array_remove(
        array[address, case kind when 'whatsapp_twilio' then substring(address from '^whatsapp:(\+.*)$') end], null));

-- Keeps the directory of addresses, and the memory of those that belong to nobody any more.
create or replace function keep_address() returns trigger
    language plpgsql security definer set search_path = parley, pg_temp
as $$
begin
    if tg_op <> 'INSERT' then
        delete from channel_addresses a where a.organization_id = old.organization_id and a.channel_id = old.id;
    end if;
    if tg_op <> 'DELETE' and new.deleted_at is null and new.address is null
        and new.organization_id = platform_organization() then
        insert into channel_addresses (kind, address, organization_id, channel_id)
        values (new.kind, '', new.organization_id, new.id);
    elsif tg_op <> 'DELETE' and new.deleted_at is null then
        insert into channel_addresses (kind, address, organization_id, channel_id)
        select new.kind, form, new.organization_id, new.id from channel_forms(new.kind, new.address) as form;
        delete from released_addresses r
        where r.kind = new.kind and r.address in (select channel_forms(new.kind, new.address));
    end if;
    if tg_op <> 'INSERT' and old.deleted_at is null and (tg_op = 'DELETE' or new.deleted_at is not null) then
        insert into released_addresses (kind, address, released_at)
        select old.kind, form, now() from channel_forms(old.kind, old.address) as form
        on conflict (kind, address) do update set released_at = excluded.released_at;
    end if;
    return null;
end
$$;
alter function keep_address() owner to parley_definer;
revoke execute on function keep_address() from public;
create or replace trigger address
    after insert or delete or update of organization_id, kind, address, deleted_at on channels
    for each row execute function keep_address();

-- Whether a business gave the address back within a year, and nobody has it since: its customers go on writing to it.
create or replace function was_released(wanted_kind text, wanted_address text) returns boolean
    language sql stable security definer set search_path = parley, pg_temp
as $$
    select exists (select from released_addresses r
        where r.kind = wanted_kind and r.address = wanted_address and r.released_at > now() - interval '1 year')
$$;
alter function was_released(text, text) owner to parley_definer;
revoke execute on function was_released(text, text), channel_forms(text, text) from public;
grant execute on function was_released(text, text) to parley_app;
grant execute on function channel_forms(text, text) to parley_definer;
