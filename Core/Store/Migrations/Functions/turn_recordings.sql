-- Deletes recordings of turns that are older than 30 days, at most `room` of them. Returns how many went.
create or replace function prune_turn_recordings(at timestamptz, room integer default 5000) returns integer
    language plpgsql security definer set search_path = parley, pg_temp as $$
declare
    gone integer;
begin
    delete from turn_recordings as recording
    using (
        select organization_id, turn_id from turn_recordings
        where recorded_at <= prune_turn_recordings.at - interval '30 days'
        order by recorded_at
        limit room) as old
    where recording.organization_id = old.organization_id and recording.turn_id = old.turn_id;
    get diagnostics gone = row_count;
    return gone;
end
$$;

alter function prune_turn_recordings(timestamptz, integer) owner to parley_definer;
revoke execute on function prune_turn_recordings(timestamptz, integer) from public;
grant execute on function prune_turn_recordings(timestamptz, integer) to parley_app;
