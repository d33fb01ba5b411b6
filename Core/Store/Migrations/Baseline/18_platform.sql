-- The organization that answers numbers nobody owns; its channels have no address of their own. Its personas come with
-- Functions/personas.sql.

-- The owner is under forced row-level security like everybody else, and has no policy: lift it for these rows.
alter table organizations no force row level security;
alter table channels no force row level security;
alter table channel_addresses no force row level security;

insert into organizations (id, name, description, is_platform, created_at, updated_at)
values (platform_organization(), 'Platform', 'Answers messages to numbers that belong to no organization.', true, now(), now());

insert into channels (id, organization_id, kind, name, created_at, updated_at)
select ('00000000-0000-7000-8000-0000000001' || lpad(position::text, 2, '0'))::uuid, platform_organization(), kind,
    'Unassigned numbers', now(), now()
from unnest(array['whatsapp_twilio', 'messenger', 'instagram', 'telegram', 'signal', 'sandbox'])
    with ordinality as kinds (kind, position);

insert into channel_addresses (kind, address, organization_id, channel_id)
select kind, '', organization_id, id from channels;

alter table organizations force row level security;
alter table channels force row level security;
alter table channel_addresses force row level security;
