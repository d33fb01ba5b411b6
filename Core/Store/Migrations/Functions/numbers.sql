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

-- For the operator: what waits for a decision, and what was approved and has no answer while nobody works on it, of all
-- organizations, the oldest first, a page at a time.
drop function if exists waiting_purchases(timestamptz, uuid, integer);
create or replace function waiting_purchases(at timestamptz, after_time timestamptz, after_id uuid, room integer)
    returns table (id uuid, organization_id uuid, organization text, number text, channel_name text, status text,
        address_sid text, bundle_sid text, reason text, requested_by uuid, created_at timestamptz)
    language sql stable security definer set search_path = parley, pg_temp
begin atomic
    select p.id, p.organization_id, o.name, p.number, p.channel_name, p.status, p.address_sid, p.bundle_sid, p.reason,
        p.requested_by, p.created_at
    from number_purchases p join organizations o on o.id = p.organization_id and o.deleted_at is null
    where p.status in ('waiting', 'requested', 'unknown') and (p.busy_until is null or p.busy_until <= at)
        and (after_time is null or (p.created_at, p.id) > (after_time, after_id))
    order by p.created_at, p.id limit room;
end;

-- Whose request it is; what is done with it is then done under that organization's own policy.
drop function if exists waiting_purchase(uuid);
create or replace function waiting_purchase(request uuid) returns table (organization_id uuid)
    language sql stable security definer set search_path = parley, pg_temp
begin atomic
    select p.organization_id from number_purchases p
    join organizations o on o.id = p.organization_id and o.deleted_at is null
    where p.id = request and p.status in ('waiting', 'requested', 'unknown');
end;

-- Purchases whose process died or whose answer was lost, some minutes ago: by then the provider lists what it sold. Those that were
-- looked up longest ago come first.
create or replace function unsettled_purchases(at timestamptz, room integer) returns table (id uuid, organization_id uuid)
    language sql stable security definer set search_path = parley, pg_temp
begin atomic
    select p.id, p.organization_id from number_purchases p
    join organizations o on o.id = p.organization_id and o.deleted_at is null
    where p.status in ('requested', 'unknown') and (p.busy_until is null or p.busy_until <= at)
        and p.updated_at <= at - interval '3 minutes'
    order by p.updated_at limit room;
end;

alter function waiting_purchases(timestamptz, timestamptz, uuid, integer) owner to parley_definer;
alter function waiting_purchase(uuid) owner to parley_definer;
alter function unsettled_purchases(timestamptz, integer) owner to parley_definer;
revoke execute on function waiting_purchases(timestamptz, timestamptz, uuid, integer), waiting_purchase(uuid),
    unsettled_purchases(timestamptz, integer) from public;
grant execute on function waiting_purchases(timestamptz, timestamptz, uuid, integer), waiting_purchase(uuid),
    unsettled_purchases(timestamptz, integer) to parley_app;
