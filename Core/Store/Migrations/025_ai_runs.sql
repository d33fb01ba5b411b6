-- One row per model call: what it used, what it cost, for which turn. Failed calls count too.
create table ai_runs (
    id uuid primary key,
    organization_id uuid not null references organizations (id),
    conversation_id uuid,
    turn_id uuid,
    provider text not null,
    model text not null,
    tokens_in integer not null check (tokens_in >= 0),
    cached_tokens_in integer not null default 0,
    tokens_out integer not null check (tokens_out >= 0),
    -- US dollars in millionths; NULL when the model's price is unknown, which is not zero.
    cost_micros bigint,
    is_estimate boolean not null default false,
    milliseconds integer not null,
    failure text,
    at timestamptz not null,
    foreign key (organization_id, conversation_id) references conversations (organization_id, id)
);
create index ai_runs_of_organization on ai_runs (organization_id, at);
create index ai_runs_of_turn on ai_runs (turn_id) where turn_id is not null;
call protect('ai_runs', 'select, insert');
