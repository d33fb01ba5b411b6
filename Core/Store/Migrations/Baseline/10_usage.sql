-- Usage and spend.

-- Counters per organization and calendar month in the organization's time zone ('2026-11'): a missed reset can't break a quota.
create table usage_periods (
    organization_id uuid not null references organizations (id),
    period char(7) not null check (period ~ '^\d{4}-\d{2}$'),
    outbound integer not null default 0,
    ai_replies integer not null default 0,
    -- When the period was over and final.
    closed_at timestamptz,
    primary key (organization_id, period)
);
-- By month, as `close_usage_periods` looks for those that are over.
create index open_usage_periods on usage_periods (period, organization_id) where closed_at is null;
call protect('usage_periods', 'select, insert, update');
create policy housekeeping on usage_periods to parley_definer using (true) with check (true);
grant select (organization_id, period, closed_at), update (closed_at) on usage_periods to parley_definer;

-- What no limit is checked against in the same statement is counted apart, in slots: every webhook and every model call adds
-- some, and a single row would make all of one organization wait for each other's commit. A connection's slot is its process
-- number: with 16 slots eight connections nearly always had two in the same one, with 256 rarely. Still few rows per month.
create table usage_slots (
    organization_id uuid not null references organizations (id),
    period char(7) not null check (period ~ '^\d{4}-\d{2}$'),
    slot smallint not null check (slot between 0 and 255),
    inbound integer not null default 0,
    tokens_in bigint not null default 0,
    tokens_out bigint not null default 0,
    -- US dollars, in millionths; models without a known price add nothing here and are counted below.
    cost_micros bigint not null default 0,
    unpriced_runs integer not null default 0,
    primary key (organization_id, period, slot)
);
call protect('usage_slots', 'select, insert, update');

-- Both together: what plans, the dashboard and the bill read.
create view usage with (security_invoker = true) as
    select organization_id, period, coalesce(inbound, 0)::integer as inbound, coalesce(outbound, 0) as outbound,
        coalesce(ai_replies, 0) as ai_replies, coalesce(tokens_in, 0)::bigint as tokens_in,
        coalesce(tokens_out, 0)::bigint as tokens_out, coalesce(cost_micros, 0)::bigint as cost_micros,
        coalesce(unpriced_runs, 0)::integer as unpriced_runs
    from usage_periods
    full join (
        select organization_id, period, sum(inbound) as inbound, sum(tokens_in) as tokens_in, sum(tokens_out) as tokens_out,
            sum(cost_micros) as cost_micros, sum(unpriced_runs) as unpriced_runs
        from usage_slots
        group by organization_id, period
    ) counted using (organization_id, period);
grant select on usage to parley_app;

-- The ledger: one row per model call: what it used, what it cost, for which turn. Failed calls count too.
create table ai_runs (
    id uuid not null,
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
    primary key (organization_id, id),
    foreign key (organization_id, conversation_id) references conversations (organization_id, id)
) partition by range (id);
create table ai_runs_other partition of ai_runs default;
create index ai_runs_of_organization on ai_runs (organization_id, at);
create index ai_runs_of_turn on ai_runs (turn_id) where turn_id is not null;
call protect('ai_runs', 'select, insert');

-- The operator's own prices. They win over the built-in table, and price models it doesn't know. Not tenant data.
create table model_prices (
    provider text not null check (length(provider) between 1 and 50),
    model text not null check (length(model) between 1 and 200),
    -- Millionths of a US dollar per million tokens: 0.15 USD per million is 150000.
    input bigint not null check (input >= 0),
    -- NULL: cached tokens cost what others cost.
    cached_input bigint check (cached_input >= 0),
    output bigint not null check (output >= 0),
    -- Where the figure comes from, and when it was true.
    source text not null check (length(source) between 1 and 500),
    updated_at timestamptz not null,
    primary key (provider, model)
);
grant select on model_prices to parley_app;
