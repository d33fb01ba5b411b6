-- Personas: how a channel speaks and which model writes. What a reply was written with stays as it was: every change is a
-- new row of persona_versions, which the application can insert and never update.

create table personas (
    id uuid primary key,
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
    unique (organization_id, id),
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
    primary key (persona_id, version),
    foreign key (organization_id, persona_id) references personas (organization_id, id),
    check (model is null or provider is not null)
);
create index persona_versions_by_organization on persona_versions (organization_id, persona_id, version desc);
call protect('persona_versions', 'select, insert');

alter table channels add foreign key (organization_id, persona_id) references personas (organization_id, id);
create index channels_of_persona on channels (persona_id) where persona_id is not null and deleted_at is null;

-- Sales, Support and General (seed 000) for an organization, inside the transaction that creates it. Run again, it adds only what is
-- missing. General answers where a channel names no persona.
create function create_system_personas(organization uuid, at timestamptz default now()) returns void
    language sql
begin atomic
    with templates (kind, name, description, instructions, tone, temperature) as (
        values
            ('sales', 'Sales', 'Answers sales inquiries, presents products and helps customers to buy.',
             'Find out what the customer needs with one question at a time. Recommend what fits from the knowledge you are '
             'given and say why it fits. Answer objections honestly; never press. When the customer wants to buy, name the '
             'next step. If price or availability is not in the knowledge, say so and offer a colleague.',
             'friendly', 0.7),
            ('support', 'Support', 'Helps customers and resolves their issues.',
             'Show that you understood the problem in one sentence. Give the solution from the knowledge in short steps. If '
             'something is missing to solve it, ask for exactly that. If the knowledge does not solve it, or the customer is '
             'upset, offer a colleague.',
             'professional', 0.3),
            ('general', 'General', 'General purpose assistant for whatever customers ask.',
             'Answer questions about the business from the knowledge you are given. Be brief and helpful. If the answer is '
             'not there, say so and offer a colleague.',
             'friendly', 0.5)
    ), created as (
        insert into personas (id, organization_id, name, description, system_kind, created_at, updated_at)
        select gen_random_uuid(), organization, name, description, kind, at, at from templates
        on conflict (organization_id, system_kind) do nothing
        returning id, system_kind
    )
    insert into persona_versions (organization_id, persona_id, version, instructions, tone, temperature, created_at)
    select organization, created.id, 1, templates.instructions, templates.tone, templates.temperature, at
    from created join templates on templates.kind = created.system_kind;
end;
revoke execute on function create_system_personas from public;
grant execute on function create_system_personas to parley_app;

-- The platform's organization was made by a migration. The owner is under forced row-level security and has no policy.
alter table personas no force row level security;
alter table persona_versions no force row level security;
alter table organizations no force row level security;
select create_system_personas(id) from organizations;
alter table personas force row level security;
alter table persona_versions force row level security;
alter table organizations force row level security;
