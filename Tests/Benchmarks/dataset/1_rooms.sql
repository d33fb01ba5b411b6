-- A large installation: organizations with channels, conversations, and messages over the last year with their turns, keys,
-- statuses, decisions, events and figures. Loaded by `bench/dataset.py` on a migrated database, as the cluster's owner; the
-- three files in one session do the same, only slower. Variables: organizations (3 or more), conversations, messages.
--
-- Half of the conversations belong to the first organization. Messages come in pairs: pair n is of conversation n modulo
-- their number, asked by message 2n and answered by message 2n + 1, whose provider's ids are 'SM' and the number. Customers
-- of the first channel, whatsapp:+14155238886, are whatsapp:+15550000000 and on; the AI answers the first 5,000.
set search_path = parley, public;
set timezone = 'UTC';
-- Triggers and foreign keys are left out while loading; what triggers keep is made as well.
set session_replication_role = replica;
create schema dataset;

-- An id of version 7 made of its milliseconds, a kind of three hexadecimal digits and a number. One expression, so that the
-- planner puts it in place of the call.
create function dataset.made(at bigint, kind text, n bigint) returns uuid
    language sql immutable parallel safe
    return ('0' || to_hex(at) || '7' || kind || to_hex(n | (1::bigint << 63)))::uuid;

-- `began` and `step`, from one pair to the next, are milliseconds.
create table dataset.size as
select :organizations as organizations, :conversations as conversations, :messages / 2 as pairs, at as began_at,
    (extract(epoch from at) * 1000)::bigint as began, 364 * 86400000.0::float8 / (:messages / 2) as step
from (select date_trunc('hour', now()) - interval '365 days' as at) as began;
do $$
begin
    -- A few at a time.
    while (select ensure_partitions(began_at) from dataset.size) > 0 loop
    end loop;
end
$$;

create table dataset.channels as
select n, n / 2 as organization_number, dataset.made(began, 'aaa', n / 2) as organization_id, dataset.made(began, 'bbb', n) as id,
    case n % 2 when 0 then 'whatsapp_twilio' else 'whatsapp_web' end as kind, 'whatsapp:+' || 14155238886 + n as address
from dataset.size, generate_series(0, organizations * 2 - 1) n;
create table dataset.threads as
select t.n, c.organization_id, c.id as channel_id, c.kind, c.address, dataset.made(began, 'ccc', t.n) as id,
    dataset.made(began, 'ddd', t.n) as contact_id, 'whatsapp:+1555' || lpad((t.n / 4)::text, 7, '0') as customer
from dataset.size cross join generate_series(0, conversations - 1) as t (n)
join dataset.channels c on c.n = case t.n % 2
    when 0 then t.n / 2 % 2
    else 2 + t.n / 2 % (organizations - 1) * 2 + t.n / 2 / (organizations - 1) % 2 end;
alter table dataset.threads add primary key (n);
analyze dataset.threads;

insert into organizations (id, name, plan, message_limit, created_at, updated_at)
select organization_id, 'Organization ' || organization_number, 'enterprise', 100000000, began_at, began_at
from dataset.size, dataset.channels where n % 2 = 0;
set session_replication_role = origin;
select create_system_personas(organization_id) from dataset.channels where n % 2 = 0;
set session_replication_role = replica;
insert into channels (id, organization_id, kind, address, name, created_at, updated_at)
select id, organization_id, kind, address, 'Line ' || n, began_at, began_at from dataset.size, dataset.channels;
insert into channel_addresses (kind, address, organization_id, channel_id)
select kind, address, organization_id, id from dataset.channels;
insert into whatsapp_lines (channel_id, organization_id, linked_at, parked, created_at, updated_at)
select id, organization_id, began_at, true, began_at, began_at from dataset.size, dataset.channels where kind = 'whatsapp_web';
insert into contacts (id, organization_id, name, created_at, updated_at)
select contact_id, organization_id, 'Customer ' || n, began_at, began_at from dataset.size, dataset.threads;
insert into contact_addresses (organization_id, kind, address, contact_id, created_at)
select organization_id, kind, customer, contact_id, began_at from dataset.size, dataset.threads on conflict do nothing;
insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address, status, owner,
    last_inbound_at, last_message_at, created_at)
select id, organization_id, channel_id, contact_id, customer, address,
    (array['open', 'pending', 'snoozed', 'resolved', 'resolved', 'resolved'])[1 + n / 3 % 6],
    case when n % 4 = 0 and n < 20000 then 'ai' else (array['ai', 'ai', 'human', 'none'])[1 + n / 5 % 4] end, now() - n * interval '1 second', now() - n * interval '1 second', began_at
from dataset.size, dataset.threads;
insert into conversation_counts (organization_id, channel_id, status, slot, conversations)
select organization_id, channel_id, status, 0, count(*) from conversations group by 1, 2, 3;

-- Indexes over what is many are made when all of it is there, on every month.
create table dataset.indexes as
select t.relname::text as "table", i.indexrelid::regclass::text as name, k.conname as key,
    case when k.conname is null then replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
        else format('alter table parley.%I add constraint %I %s', t.relname, k.conname, pg_get_constraintdef(k.oid)) end
    as definition
from pg_index i
join pg_class t on t.oid = i.indrelid
left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = t.oid and k.contype in ('p', 'u')
where t.relnamespace = 'parley'::regnamespace and t.relname in (
    'messages', 'message_keys', 'turn_replies', 'message_statuses', 'turns', 'decisions', 'events', 'message_counts',
    'conversation_days');
do $$
declare
    index record;
begin
    for index in select * from dataset.indexes loop
        if index.key is null then
            execute format('drop index %s', index.name);
        else
            execute format('alter table parley.%I drop constraint %I', index."table", index.key);
        end if;
    end loop;
end
$$;

-- Makes a table's indexes again; called for several tables at once by whoever has the processors.
create function dataset.make_indexes(wanted text) returns void
    language plpgsql set maintenance_work_mem = '1GB' as $$
declare
    index record;
begin
    for index in select * from dataset.indexes where "table" = wanted order by key is null loop
        execute index.definition;
    end loop;
    delete from dataset.indexes where "table" = wanted;
end
$$;
