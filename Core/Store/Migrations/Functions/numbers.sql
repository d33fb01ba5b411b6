-- Keeps the directory of numbers: whoever holds a number, or may hold it, is alone.
create or replace function keep_number() returns trigger
    language plpgsql security definer set search_path = parley, pg_temp
as $$
begin
    if tg_op <> 'INSERT' then
        delete from number_holders h where h.number = old.number and h.organization_id = old.organization_id;
    end if;
    if tg_op <> 'DELETE' and new.status in ('requested', 'bought', 'unknown', 'releasing', 'kept') then
        insert into number_holders (number, organization_id) values (new.number, new.organization_id);
    end if;
    return null;
end
$$;
alter function keep_number() owner to parley_definer;
revoke execute on function keep_number() from public;
create or replace trigger holder
    after insert or delete or update of organization_id, number, status on number_purchases
    for each row execute function keep_number();

-- For the operator: what waits for a decision, of all organizations, the oldest first, a page at a time.
create or replace function waiting_purchases(after_time timestamptz, after_id uuid, room integer)
    returns table (id uuid, organization_id uuid, organization text, number text, channel_name text, requested_by uuid,
        created_at timestamptz)
    language sql stable security definer set search_path = parley, pg_temp
begin atomic
    select p.id, p.organization_id, o.name, p.number, p.channel_name, p.requested_by, p.created_at
    from number_purchases p join organizations o on o.id = p.organization_id and o.deleted_at is null
    where p.status = 'waiting' and (after_time is null or (p.created_at, p.id) > (after_time, after_id))
    order by p.created_at, p.id limit room;
end;

-- Whose request it is; what is done with it is then done under that organization's own policy.
create or replace function waiting_purchase(request uuid) returns table (organization_id uuid, channel_name text)
    language sql stable security definer set search_path = parley, pg_temp
begin atomic
    select p.organization_id, p.channel_name from number_purchases p
    join organizations o on o.id = p.organization_id and o.deleted_at is null
    where p.id = request and p.status = 'waiting';
end;

alter function waiting_purchases(timestamptz, uuid, integer) owner to parley_definer;
alter function waiting_purchase(uuid) owner to parley_definer;
revoke execute on function waiting_purchases(timestamptz, uuid, integer), waiting_purchase(uuid) from public;
grant execute on function waiting_purchases(timestamptz, uuid, integer), waiting_purchase(uuid) to parley_app;
