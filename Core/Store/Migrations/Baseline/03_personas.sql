-- Personas: how a channel speaks and which model writes. What a reply was written with stays as it was: every change is a
-- new row of persona_versions, which the application can insert and never update.

create table personas (
    id uuid not null,
    organization_id uuid not null references organizations (id),
    name text not null check (length(name) between 1 and 100),
    description text not null default '' check (length(description) <= 1000),
    -- One of the three every organization has: they can be edited, not deleted. NULL for a custom one.
    system_kind text check (system_kind in ('sales', 'support', 'general')),
    current_version integer not null default 1 check (current_version > 0),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- A deleted persona keeps its versions: old replies name them.
    deleted_at timestamptz check (deleted_at is null or system_kind is null),
    primary key (organization_id, id),
    unique (organization_id, system_kind)
);

create unique index persona_names on personas (organization_id, lower(name)) where deleted_at is null;
call protect('personas', 'select, insert, update');

create table persona_versions (
    organization_id uuid not null,
    persona_id uuid not null,
    version integer not null check (version > 0),
    instructions text not null check (length(instructions) <= 20000),
    tone text not null check (tone in ('professional', 'friendly', 'casual')),
    -- Free words on top of the tone: "short sentences, no emoji".
    response_style text not null default '' check (length(response_style) <= 2000),
    -- NULL: any provider that has a key, in the operator's order.
    provider text check (provider in
        ('openai', 'anthropic', 'gemini', 'groq', 'openrouter', 'mistral', 'sambanova', 'huggingface', 'deepseek',
         'offline')),
    -- NULL: the provider's default. Models are data: any name may stand here.
    model text check (length(model) between 1 and 200),
    temperature double precision not null default 0.7 check (temperature between 0 and 1),
    -- Messages of the conversation the model sees.
    history_limit integer not null default 10 check (history_limit between 1 and 100),
    -- What persona cloning learned from a chat export (seed 004, `toneConfig`).
    tone_config jsonb not null default '{}' check (jsonb_typeof(tone_config) = 'object'),
    created_by uuid,
    created_at timestamptz not null,
    primary key (organization_id, persona_id, version),
    foreign key (organization_id, persona_id) references personas (organization_id, id),
    check (model is null or provider is not null)
);
call protect('persona_versions', 'select, insert');
