-- Sales, Support and General (seed 000) for an organization, inside the transaction that creates it. Run again, it adds only what is
-- missing. General answers where a channel names no persona.
create or replace function create_system_personas(organization uuid, at timestamptz default now()) returns void
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

-- The platform's organization needs somebody to speak. The owner is under forced row-level security and has no policy.
alter table personas no force row level security;
alter table persona_versions no force row level security;
select create_system_personas(platform_organization());
alter table personas force row level security;
alter table persona_versions force row level security;
