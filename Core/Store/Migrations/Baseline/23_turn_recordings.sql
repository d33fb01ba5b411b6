-- What each turn took from outside, sealed: enough to play it again (`TurnRecording`). Kept for 30 days.
create table turn_recordings (
    organization_id uuid not null,
    turn_id uuid not null,
    -- Goes with the conversation, and so with its contact.
    conversation_id uuid not null,
    -- Which of PARLEY_SECRET_KEYS sealed it.
    key_id text not null check (length(key_id) between 1 and 50),
    sealed bytea not null check (length(sealed) <= 2097152),
    recorded_at timestamptz not null,
    primary key (organization_id, turn_id),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id) on delete cascade
);
-- What is sealed looks random: trying to compress it costs more than writing it. Most fit into one page beside their row.
alter table turn_recordings alter column sealed set storage external;
alter table turn_recordings set (toast_tuple_target = 8160);
create index turn_recordings_of_conversation on turn_recordings (organization_id, conversation_id);
create index turn_recordings_by_age on turn_recordings (recorded_at);
call protect('turn_recordings');
create policy housekeeping on turn_recordings to parley_definer using (true);
grant select (organization_id, turn_id, recorded_at), delete on turn_recordings to parley_definer;
