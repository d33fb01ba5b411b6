-- The decision trail: why was a message answered so, or not at all. Divided by month.

create sequence decisions_id_seq;
create table decisions (
    -- Their order.
    id bigint not null default nextval('decisions_id_seq'),
    organization_id uuid not null,
    conversation_id uuid not null,
    turn_id uuid,
    message_id uuid,
    -- received, blocked, owner, quota, hours, welcome, flow, persona, opt_out, window, outbox, provider ...
    gate text not null,
    -- passed, stopped or answered
    outcome text not null,
    -- One plain sentence with the values that mattered.
    reason text not null,
    at timestamptz not null,
    primary key (organization_id, at, id),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id)
) partition by range (at);
create table decisions_other partition of decisions default;
create index decisions_of_turn on decisions (turn_id, id);
create index decisions_of_message on decisions (message_id, id);
-- Whether a notice was given in this conversation already.
create index notices on decisions (conversation_id, gate, at) where gate in ('quota', 'hours');
call protect('decisions', 'select, insert');
grant usage on sequence decisions_id_seq to parley_app;
