-- The channel an incoming address belongs to; a number that belongs to nobody falls to the platform's. PL/pgSQL, because
-- it keeps its plan for the life of the connection; a function in SQL would be planned for every message.
create or replace function find_channel(wanted_kind text, wanted_address text, out channel_id uuid, out organization_id uuid)
    language plpgsql stable security definer set search_path = parley, pg_temp
as $$
begin
    select c.id, c.organization_id into channel_id, organization_id from channels c
    where c.kind = wanted_kind and c.address = wanted_address and c.deleted_at is null;
    if found then
        return;
    end if;
    select c.id, c.organization_id into channel_id, organization_id from channels c
    where c.kind = wanted_kind and c.address is null and c.organization_id = platform_organization()
        and c.deleted_at is null;
end
$$;

alter function find_channel(text, text) owner to parley_definer;
revoke execute on function
    find_channel(text, text) from public;
grant execute on function
    find_channel(text, text) to parley_app;
grant execute on function find_channel(text, text) to parley_definer;
