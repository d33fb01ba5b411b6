create table contacts (
    id uuid not null,
    organization_id uuid not null references organizations (id),
    name text not null default '' check (length(name) <= 255),
    is_blocked boolean not null default false,
    -- Set by STOP and by Twilio 21610, cleared by START.
    opted_out_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, id)
);
create index contacts_by_organization on contacts (organization_id, created_at);
-- Who opted out lately.
create index opted_out_contacts on contacts (organization_id, opted_out_at) where opted_out_at is not null;
call protect('contacts');

-- A contact is a set of addresses, never a phone number.
create table contact_addresses (
    organization_id uuid not null references organizations (id),
    kind text not null,
    -- The customer's side, opaque per kind: `whatsapp:+15551234567`, `whatsapp:US.abc123`, `100000000000001@lid`, a PSID.
    address text not null check (length(address) between 1 and 200),
    contact_id uuid not null,
    created_at timestamptz not null,
    primary key (organization_id, kind, address),
    foreign key (organization_id, contact_id) references contacts (organization_id, id) on delete cascade
);
create index addresses_of_contact on contact_addresses (contact_id);
call protect('contact_addresses');
