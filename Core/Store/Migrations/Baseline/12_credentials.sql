-- Keys of model providers, sealed (AES-256-GCM) by the application under PARLEY_SECRET_KEYS and bound to their row. No endpoint
-- returns them.

create table provider_credentials (
    id uuid not null,
    organization_id uuid not null references organizations (id),
    provider text not null check (provider in
        ('openai', 'anthropic', 'gemini', 'groq', 'openrouter', 'mistral', 'sambanova', 'huggingface', 'deepseek')),
    -- Which of PARLEY_SECRET_KEYS sealed it: says what is left to rotate.
    key_id text not null check (length(key_id) between 1 and 50),
    sealed bytea not null check (length(sealed) between 30 and 10000),
    -- The last four characters, so that a person can tell two keys apart; empty for short keys.
    hint text not null default '' check (length(hint) <= 4),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, id),
    unique (organization_id, provider)
);
call protect('provider_credentials');

-- Keys of the platform, for organizations that have none of their own. Nobody's tenant data: written by the operator's tools,
-- which work as parley_owner, and read by functions through `platform_credentials()` alone.
create table platform_keys (
    provider text primary key check (provider in
        ('openai', 'anthropic', 'gemini', 'groq', 'openrouter', 'mistral', 'sambanova', 'huggingface', 'deepseek')),
    id uuid not null,
    key_id text not null check (length(key_id) between 1 and 50),
    sealed bytea not null check (length(sealed) between 30 and 10000),
    hint text not null default '' check (length(hint) <= 4),
    created_at timestamptz not null,
    updated_at timestamptz not null
);
grant select on platform_keys to parley_definer;
