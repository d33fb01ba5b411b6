-- Provisioned numbers: every purchase is a row before it is a request to the provider.

create table number_purchases (
    id uuid not null,
    organization_id uuid not null references organizations (id),
    -- E.164
    number text not null check (number ~ '^\+[1-9][0-9]{6,14}$'),
    -- requested -> bought | failed | unknown (no answer: the provider is asked before it is bought again);
    -- bought -> releasing -> released, or kept: the organization is gone and the platform holds the number.
    -- failed and released may be requested again.
    status text not null check (status in
        ('requested', 'bought', 'failed', 'unknown', 'releasing', 'released', 'kept')),
    -- Twilio `PN...`
    provider_id text,
    channel_id uuid,
    -- A safe sentence about the last failure.
    reason text not null default '',
    -- One process at a time works on a purchase; a lease that passed belongs to nobody.
    busy_until timestamptz,
    requested_by uuid not null references users (id),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, id),
    unique (organization_id, number),
    foreign key (organization_id, channel_id) references channels (organization_id, id)
);
call protect('number_purchases', 'select, insert, update');

-- The directory of numbers: one that an organization holds, or may hold, is not to be had by another. Kept by a trigger of
-- `number_purchases` (Functions/numbers.sql).
create table number_holders (
    number text not null,
    organization_id uuid not null,
    constraint number_holder primary key (number)
);
call protect('number_holders', 'select');
create policy definer on number_holders to parley_definer using (true) with check (true);
grant select, insert, delete on number_holders to parley_definer;
