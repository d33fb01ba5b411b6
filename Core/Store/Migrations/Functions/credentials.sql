create or replace function platform_credentials() returns table (id uuid, provider text, key_id text, sealed bytea)
    language sql stable security definer set search_path = parley, pg_temp
begin atomic
    select c.id, c.provider, c.key_id, c.sealed from provider_credentials c where c.organization_id is null;
end;

alter function platform_credentials() owner to parley_definer;
revoke execute on function
    platform_credentials() from public;
grant execute on function
    platform_credentials() to parley_app;
