-- Keys of model providers, sealed (AES-256-GCM) by the application under PARLEY_SECRET_KEYS and bound to their row. Ruling C28: no
-- endpoint returns them. organization_id NULL: a key of the platform, for organizations that have none of their own.

create table provider_credentials (
    id uuid primary key,
    organization_id uuid references organizations (id),
    provider text not null check (provider in
        ('openai', 'anthropic', 'gemini', 'groq', 'openrouter', 'mistral', 'sambanova', 'huggingface', 'deepseek')),
    -- Which of PARLEY_SECRET_KEYS sealed it: says what is left to rotate.
    key_id text not null check (length(key_id) between 1 and 50),
    sealed bytea not null check (length(sealed) between 30 and 10000),
    -- The last four characters, so that a person can tell two keys apart; empty for short keys.
    hint text not null default '' check (length(hint) <= 4),
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create unique index credential_of_organization on provider_credentials (organization_id, provider)
    where organization_id is not null;
create unique index credential_of_platform on provider_credentials (provider) where organization_id is null;
call protect('provider_credentials');

-- Platform keys are written by the operator's tools, which work as parley_owner ...
create policy platform on provider_credentials to parley_owner using (organization_id is null) with check (organization_id is null);

-- ... and read by functions through `platform_credentials` alone.
create policy definer on provider_credentials for select to parley_definer using (organization_id is null);
grant select on provider_credentials to parley_definer;
