create or replace function platform_credentials() returns table (id uuid, provider text, key_id text, sealed bytea)
    language sql stable security definer set search_path = parley, pg_temp
begin atomic
    select k.id, k.provider, k.key_id, k.sealed from platform_keys k;
end;

alter function platform_credentials() owner to parley_definer;
revoke execute on function
    platform_credentials() from public;
grant execute on function
    platform_credentials() to parley_app;
