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

-- Keeps the directory of addresses.
create or replace function keep_address() returns trigger
    language plpgsql security definer set search_path = parley, pg_temp
as $$
begin
    if tg_op <> 'INSERT' then
        delete from channel_addresses a where a.organization_id = old.organization_id and a.channel_id = old.id;
    end if;
    if tg_op <> 'DELETE' and new.deleted_at is null
        and (new.address is not null or new.organization_id = platform_organization()) then
        insert into channel_addresses (kind, address, organization_id, channel_id)
        values (new.kind, coalesce(new.address, ''), new.organization_id, new.id);
    end if;
    return null;
end
$$;
alter function keep_address() owner to parley_definer;
revoke execute on function keep_address() from public;
create or replace trigger address
    after insert or delete or update of organization_id, kind, address, deleted_at on channels
    for each row execute function keep_address();
