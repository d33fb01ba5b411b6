-- Takes one use of each subject from its window, so that parallel requests can't slip past. Returns 0, or the seconds until
-- the first of the full windows is over; a use that was refused is not counted. What is a day old goes, a few rows a call.
create or replace function take_rate(subjects text[], limits integer[], seconds integer[], at timestamptz) returns integer
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    place integer;
    began timestamptz;
    reached integer;
begin
    delete from rate_windows where ctid in (
        select w.ctid from rate_windows w where w.began_at < at - interval '1 day' limit 8 for update skip locked);
    -- In one order, whatever the caller's: two requests never wait for each other crosswise.
    for place in select i from generate_subscripts(subjects, 1) i order by subjects[i] loop
        began := to_timestamp(floor(extract(epoch from at) / seconds[place]) * seconds[place]);
        insert into rate_windows as w (subject, began_at, used) values (subjects[place], began, 1)
        on conflict (subject, began_at) do update set used = w.used + 1
        returning used into reached;
        if reached > limits[place] then
            update rate_windows w set used = w.used - 1
            from generate_subscripts(subjects, 1) i
            -- Those counted before it in this call, and itself.
            where subjects[i] <= subjects[place] and w.subject = subjects[i]
                and w.began_at = to_timestamp(floor(extract(epoch from at) / seconds[i]) * seconds[i]);
            return greatest(1, ceil(extract(epoch from began - at) + seconds[place]))::integer;
        end if;
    end loop;
    return 0;
end
$$;
alter function take_rate(text[], integer[], integer[], timestamptz) owner to parley_definer;
revoke execute on function take_rate(text[], integer[], integer[], timestamptz) from public;
grant execute on function take_rate(text[], integer[], integer[], timestamptz) to parley_app;
