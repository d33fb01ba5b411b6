-- For the operator who changes the key that seals secrets: all organizations, a page at a time. What belongs to one is then read
-- and written under its own policy.
create or replace function organizations_after(previous uuid, room integer) returns setof uuid
    language sql stable security definer set search_path = parley, pg_temp
begin atomic
    select o.id from organizations o where previous is null or o.id > previous order by o.id limit room;
end;

alter function organizations_after owner to parley_definer;
revoke execute on function organizations_after from public;
grant execute on function organizations_after to parley_owner;
