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
