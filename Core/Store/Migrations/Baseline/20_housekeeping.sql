-- What housekeeping may see and delete, across organizations (Functions/housekeeping.sql).

create policy housekeeping on messages to parley_definer using (true);
create policy housekeeping on message_statuses to parley_definer using (true);
create policy housekeeping on message_keys to parley_definer using (true);
create policy housekeeping on turn_replies to parley_definer using (true);
create policy housekeeping on turns to parley_definer using (true);
create policy housekeeping on decisions to parley_definer using (true);
create policy housekeeping on ai_runs to parley_definer using (true);
create policy housekeeping on events to parley_definer using (true);
grant select (organization_id, id, turn_id), delete on messages to parley_definer;
grant select (organization_id, message_id), delete on message_statuses, message_keys to parley_definer;
grant select (organization_id, turn_id), delete on turn_replies to parley_definer;
grant select (organization_id, id, closed_at), delete on turns to parley_definer;
grant select (organization_id, id), delete on ai_runs to parley_definer;
grant select (organization_id, id, at), delete on decisions, events to parley_definer;

-- The organization whose history was looked at last: each call goes on where the one before it stopped, so that everybody's
-- turn comes however little time a call has. NULL: begin with the first one.
create table history_pruning (
    only_row boolean primary key default true check (only_row),
    last_looked_at uuid
);
insert into history_pruning default values;
alter table history_pruning enable row level security;
alter table history_pruning force row level security;
create policy housekeeping on history_pruning to parley_definer using (true) with check (true);
grant select, update on history_pruning to parley_definer;
