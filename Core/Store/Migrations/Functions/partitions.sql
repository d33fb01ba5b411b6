-- Divided tables, month by month. Months are UTC's. A table is divided by a time or by an id of version 7.

create or replace function partition_parents(out name text, out key text, out by_id boolean) returns setof record
    language sql stable set search_path = parley, pg_temp as $$
    select c.relname::text, a.attname::text, a.atttypid = 'uuid'::regtype
    from pg_partitioned_table p
    join pg_class c on c.oid = p.partrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
    where c.relnamespace = 'parley'::regnamespace
    order by c.relname
$$;

create or replace function partition_bound(by_id boolean, month timestamp) returns text
    language sql immutable set search_path = parley, pg_temp as $$
    select case when by_id then first_id(month at time zone 'UTC')::text else (month at time zone 'UTC')::text end
$$;

-- The months from today's to two after `until`, which counts as ten years from today if it is further away. At most 32
-- partitions per call, because making one locks its parent until the end: call it again, each time in a transaction of its
-- own, until it returns 0. Returns how many were missing of those it looked at.
create or replace function ensure_partitions(until timestamptz) returns integer
    language plpgsql volatile security definer set search_path = parley, pg_temp set timezone = 'UTC' set lock_timeout = '5s'
as $$
declare
    bound timestamptz := least(greatest(until, now() - interval '10 years'), now() + interval '10 years');
    missing record;
    seen integer := 0;
begin
    for missing in
        select p.*, month, format('%s_%s', p.name, to_char(month, 'YYYY_MM')) as partition
        from partition_parents() p, generate_series(
            date_trunc('month', least(now(), bound) at time zone 'UTC'),
            date_trunc('month', greatest(now(), bound) at time zone 'UTC') + interval '2 months', interval '1 month') month
        where to_regclass('parley.' || p.name || to_char(month, '_YYYY_MM')) is null
        order by month, p.name
        limit 32
    loop
        seen := seen + 1;
        perform pg_advisory_xact_lock(7265210045);
        continue when to_regclass('parley.' || missing.partition) is not null;
        perform make_partition(missing.name, missing.key, missing.partition,
            partition_bound(missing.by_id, missing.month), partition_bound(missing.by_id, missing.month + interval '1 month'));
    end loop;
    return seen;
end
$$;

-- Made apart and attached, which locks less than making it in place.
create or replace function make_partition(parent text, key text, partition text, low text, high text) returns void
    language plpgsql volatile set search_path = parley, pg_temp
as $$
begin
    execute format('create table %I (like %I including all)', partition, parent);
    begin
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, partition, low, high);
    exception when check_violation then
        -- Rows of the month came before it was prepared. They wait apart until it is attached: the owner is under forced
        -- row-level security too, and would not see the conversations that they refer to.
        execute format('alter table %I no force row level security', parent || '_other');
        execute format('create temporary table moving on commit drop as select * from %I where %I >= %L and %I < %L',
            parent || '_other', key, low, key, high);
        execute format('delete from %I where %I >= %L and %I < %L', parent || '_other', key, low, key, high);
        execute format('alter table %I force row level security', parent || '_other');
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, partition, low, high);
        -- They were counted, and their keys kept, when they came.
        execute format('alter table %I disable trigger user', partition);
        execute format('insert into %I select * from pg_temp.moving', partition);
        execute format('alter table %I enable trigger user', partition);
        drop table pg_temp.moving;
    end;
    -- Read through its parent alone: no policy, no rights.
    execute format('alter table %I enable row level security', partition);
    execute format('alter table %I force row level security', partition);
end
$$;

-- Takes a month away with all that is in it. The caller decides that its time is over (Functions/housekeeping.sql).
create or replace function drop_partition(partition text) returns void
    language plpgsql volatile security definer set search_path = parley, pg_temp set lock_timeout = '5s'
as $$
begin
    if partition !~ '_\d{4}_\d{2}$' or not (select relispartition from pg_class where oid = to_regclass('parley.' || partition))
    then
        raise exception '% is no month of a divided table', partition;
    end if;
    execute format('drop table %I', partition);
end
$$;

revoke execute on function drop_partition(text), partition_parents(), partition_bound(boolean, timestamp), ensure_partitions(timestamptz),
    make_partition(text, text, text, text, text) from public;
grant execute on function ensure_partitions(timestamptz) to parley_app, parley_definer;
grant execute on function drop_partition(text), partition_parents(), partition_bound(boolean, timestamp) to parley_definer;

do $$
declare
    parent text;
begin
    for parent in select name from partition_parents() loop
        execute format('alter table %I enable row level security', parent || '_other');
        execute format('alter table %I force row level security', parent || '_other');
    end loop;
end
$$;
